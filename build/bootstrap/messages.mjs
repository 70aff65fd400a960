import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { lockDigest } from './dependencies.mjs';
import { dist, inRoot } from './places.mjs';
import { run } from './process.mjs';
import { step, Stop } from './say.mjs';

const sources = inRoot('shared', 'i18n', 'messages');
const settings = inRoot('shared', 'i18n', 'project.inlang', 'settings.json');
const generated = inRoot('shared', 'i18n', 'generated');
const stamp = join(dist, '.stamps', 'messages');

/** True when the compiled messages are those of the message files. */
export function messagesAtHand() {
  if (!existsSync(join(generated, 'messages.js')) || !existsSync(stamp)) return false;
  return readFileSync(stamp, 'utf8') === digestOfSources();
}

/** Compiles the message files into typed functions when a word, a language or the compiler changed. */
export async function ensureMessages() {
  if (messagesAtHand()) return;
  const digest = digestOfSources();
  await step('compiling the message files', () =>
    run(process.execPath, [
      inRoot('node_modules', '@inlang', 'paraglide-js', 'bin', 'run.js'),
      'compile',
      '--project',
      './shared/i18n/project.inlang',
      '--outdir',
      './shared/i18n/generated',
      '--strategy',
      'globalVariable',
      'baseLocale',
    ]).catch((error) => {
      throw new Stop(`The message files cannot be compiled. ${error.message}`);
    }),
  );
  mkdirSync(join(dist, '.stamps'), { recursive: true });
  writeFileSync(stamp, digest);
}

function digestOfSources() {
  const hash = createHash('sha256').update(lockDigest()).update(readFileSync(settings));
  for (const file of readdirSync(sources, { recursive: true, encoding: 'utf8' }).sort()) {
    if (!file.endsWith('.json')) continue;
    hash.update(file).update(readFileSync(join(sources, file)));
  }
  return hash.digest('hex');
}
