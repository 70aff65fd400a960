import { inRoot } from '../bootstrap/places.mjs';
import { prepareTool } from '../bootstrap/prepare.mjs';
import { foreground } from '../bootstrap/process.mjs';
import { Stop } from '../bootstrap/say.mjs';
import { withSession } from '../bootstrap/session.mjs';
import { takeOption } from './arguments.mjs';

/**
 * Uploads against a server that lies, and a program that is killed: `--sequences N --kills N --seed N --only sequences,kill`. What
 * `npm test` does with few of each, this does with as many as asked for; 1000 and 200 without options.
 */
export default async function faults(/** @type {string[]} */ args) {
  const [sequences, withoutSequences] = takeOption(args, '--sequences');
  const [kills, withoutKills] = takeOption(withoutSequences, '--kills');
  const [seed, withoutSeed] = takeOption(withoutKills, '--seed');
  const [only, unknown] = takeOption(withoutSeed, '--only');
  if (unknown.length > 0) throw new Stop(`unknown: ${unknown.join(' ')}`);
  await prepareTool('cli');
  const files = (only ?? '').split(',').filter(Boolean);
  return withSession({ display: false, keyring: true }, (session) =>
    foreground(
      process.execPath,
      [
        inRoot('node_modules', 'vitest', 'vitest.mjs'),
        'run',
        '--config',
        inRoot('vitest.config.ts'),
        ...(files.length > 0 ? files.map((name) => `test/faults/${name}`) : ['test/faults']),
      ],
      {
        cwd: inRoot(),
        env: {
          ...session,
          FAULT_SEQUENCES: sequences ?? '1000',
          FAULT_KILLS: kills ?? '200',
          ...(seed === null ? {} : { FAULT_SEED: seed }),
        },
      },
    ),
  );
}
