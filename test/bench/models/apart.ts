/** A row of a table in a process of its own, so that its memory is its own. */
import { spawn } from 'node:child_process';

/** Throws where the process fails; what it says stands in this terminal. */
export async function apart<Row>(what: string, of: unknown): Promise<Row> {
  const script = process.argv[1] ?? '';
  const child = spawn(process.execPath, [script, 'models', '--row', JSON.stringify({ what, of })], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (piece: string) => (text += piece));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(`A row ended with ${String(code)}.`);
  return JSON.parse(text) as Row;
}
