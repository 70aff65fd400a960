import { m } from '@shared/i18n';
import { AppError } from '@shared/errors';
import { accountNamed, withServices, type DeskOptions } from './desk';
import { say, sayJson, table } from './output';

export interface AccountsOptions extends DeskOptions {
  readonly json?: boolean;
}

export async function listAccounts(options: AccountsOptions): Promise<void> {
  await withServices(options, async ({ accounts }) => {
    const all = accounts.list();
    if (options.json) return sayJson({ accounts: all });
    const rows = all.map(({ name, baseUrl, email, active, signedIn }) => [
      active ? '*' : '',
      name,
      email ?? '',
      baseUrl ?? m.cli_local_engine(),
      signedIn ? '' : m.cli_signed_out(),
    ]);
    return say(table(rows));
  });
}

export interface AddAccountOptions extends DeskOptions {
  readonly name: string;
  readonly url: string;
}

/** The token comes from the environment or from standard input, never from the command line, which other users can see. */
export async function addAccount(options: AddAccountOptions): Promise<void> {
  const token = (process.env['ORTHODESK_TOKEN'] ?? (await readInput())).trim();
  if (token === '') throw new AppError('cli.no_token');
  await withServices(options, async ({ accounts }) => {
    const account = await accounts.add({ name: options.name, baseUrl: options.url, token });
    say(m.cli_signed_in({ name: account.name, email: account.email ?? '' }));
  });
}

export async function removeAccount(name: string, options: DeskOptions): Promise<void> {
  await withServices(options, async (services) => {
    const id = await accountNamed(services, name);
    await services.accounts.signOut(id);
    say(m.cli_now_signed_out({ name }));
  });
}

async function readInput(): Promise<string> {
  if (process.stdin.isTTY) process.stderr.write(m.cli_token());
  let text = '';
  for await (const chunk of process.stdin) {
    text += String(chunk);
    if (process.stdin.isTTY && text.includes('\n')) break;
  }
  return text;
}
