import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { m } from '@shared/i18n';
import type { ReductionCodec } from '@shared/tiff/reduce';
import {
  addAccount,
  listAccounts,
  removeAccount,
  type AccountsOptions,
  type AddAccountOptions,
} from './accounts';
import { inspect, type InspectOptions } from './inspect';
import { jobs, uploads, type ListOptions } from './jobs';
import { sayError } from './output';
import { overviews, type OverviewsOptions } from './overviews';
import { runProcessing, type ProcessOptions } from './process';
import { slice, type SliceCommandOptions } from './slice';
import { upload, type UploadCommandOptions } from './upload';

/** Exit codes: 0 done, 1 something failed and was told, 2 the command was not understood. */
async function main(argv: readonly string[]): Promise<number> {
  let code = 0;
  const program = new Command('orthodesk')
    .description(m.cli_program())
    .version(__APP_VERSION__)
    .enablePositionalOptions()
    .exitOverride()
    .showHelpAfterError();
  const withData = (command: Command): Command =>
    command.option('--data <folder>', m.cli_option_data()).option('--verbose', m.cli_option_verbose());

  program
    .command('inspect')
    .description(m.cli_inspect())
    .argument('<files...>')
    .option('--json', m.cli_inspect_json())
    .option('--pixels', m.cli_inspect_pixels())
    .action(async (files: string[], options: InspectOptions) => void (code = await inspect(files, options)));

  program
    .command('slice')
    .description(m.cli_slice())
    .argument('<file>')
    .requiredOption('--out <folder>', m.cli_slice_out())
    .option('--target-bytes <n>', m.cli_option_target_bytes(), wholeNumber)
    .option('--max-bytes <n>', m.cli_slice_max_bytes(), wholeNumber)
    .option('--max-pixels <n>', m.cli_slice_max_pixels(), wholeNumber)
    .option('--reduce <codec>', m.cli_reduce(), reductionCodec)
    .option('--json', m.cli_slice_json())
    .action((file: string, options: SliceCommandOptions) => slice(file, options));

  program
    .command('overviews')
    .description(m.cli_overviews())
    .argument('<files...>')
    .option('--out <file>', m.cli_overviews_out())
    .option('--threads <n>', m.cli_overviews_threads(), wholeNumber)
    .option('--quality <n>', m.cli_overviews_quality(), wholeNumber)
    .option('--lossless', m.cli_overviews_lossless())
    .option('--json', m.cli_overviews_json())
    .action(
      async (files: string[], options: OverviewsOptions) => void (code = await overviews(files, options)),
    );

  withData(program.command('upload'))
    .description(m.cli_upload())
    .argument('<files...>')
    .option('--profile <name>', m.cli_option_profile())
    .requiredOption('--mosaic <name>', m.cli_upload_mosaic())
    .option('--target-bytes <n>', m.cli_option_target_bytes(), wholeNumber)
    .option('--reduce <codec>', m.cli_reduce(), reductionCodec)
    .option('--json', m.cli_option_json_outcome())
    .option('--events', m.cli_upload_events())
    .action(
      async (files: string[], options: UploadCommandOptions) => void (code = await upload(files, options)),
    );

  withData(program.command('uploads'))
    .description(m.cli_uploads())
    .option('--json', m.cli_option_json())
    .action((options: ListOptions) => uploads(options));

  withData(program.command('process'))
    .description(m.cli_process())
    .option('--profile <name>', m.cli_option_profile())
    .requiredOption('--mosaic <name>', m.cli_process_mosaic())
    .requiredOption('--model <name>', m.cli_process_model())
    .option('--aoi <file>', m.cli_process_aoi())
    .option('--name <name>', m.cli_process_name())
    .option('--price <credits>', m.cli_process_price(), wholeNumber)
    .option('--out <file>', m.cli_process_out())
    .option('--option <names...>', m.cli_process_option())
    .option('--local-data <files...>', m.cli_process_local_data())
    .option('--captured-at <time>', m.cli_process_captured_at())
    .option('--json', m.cli_option_json_outcome())
    .action(async (options: ProcessOptions) => void (code = await runProcessing(options)));

  withData(program.command('jobs'))
    .description(m.cli_jobs())
    .option('--json', m.cli_option_json())
    .action((options: ListOptions) => jobs(options));

  const accounts = withData(program.command('accounts'))
    .description(m.cli_accounts())
    .option('--json', m.cli_option_json())
    .action((options: AccountsOptions) => listAccounts(options));
  withData(accounts.command('add'))
    .description(m.cli_accounts_add())
    .requiredOption('--name <name>', m.cli_accounts_add_name())
    .option('--url <address>', m.cli_accounts_add_url(), 'https://api.mapflow.ai/rest')
    .action((options: AddAccountOptions) => addAccount(options));
  withData(accounts.command('remove'))
    .description(m.cli_accounts_remove())
    .argument('<name>')
    .action((name: string, options: AccountsOptions) => removeAccount(name, options));

  try {
    await program.parseAsync(argv);
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    sayError(error);
    return 1;
  }
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value <= 0) throw new InvalidArgumentError(m.cli_whole_number());
  return value;
}

function reductionCodec(text: string): ReductionCodec {
  if (text !== 'jpeg' && text !== 'deflate') throw new InvalidArgumentError(m.cli_reduce_unknown());
  return text;
}

main(process.argv).then(
  // Output that a pipe has not taken yet is not cut off.
  (code) => process.stdout.write('', () => process.exit(code)),
  (error: unknown) => {
    sayError(error);
    process.exit(1);
  },
);
