import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { AppError } from '@shared/errors';

const name = 'Synthetic sample scene';
const scene = ['--width', '4096', '--height', '4096', '--gsd', '0.25', '--seed', '7', '--no-truth'];

/** Makes the sample scene the first time it is asked for; `program` is the bundled generator. */
export class SampleScene {
  readonly #folder: string;
  readonly #program: string;
  #making: Promise<string> | null = null;

  constructor(folder: string, program: string) {
    this.#folder = folder;
    // Beside the archive of a packaged application: a thread loads no ES module from inside it.
    this.#program = program.replace(/([/\\])app\.asar\1/, '$1app.asar.unpacked$1');
  }

  /** Throws `app.no_sample`. */
  async path(): Promise<string> {
    const path = join(this.#folder, `${name}.tif`);
    if (existsSync(path)) return path;
    this.#making ??= this.#make(path).finally(() => (this.#making = null));
    return this.#making;
  }

  async #make(path: string): Promise<string> {
    const unfinished = join(this.#folder, 'unfinished');
    await mkdir(unfinished, { recursive: true });
    try {
      await run(this.#program, [...scene, '--out', unfinished, '--name', name]);
      await rename(join(unfinished, `${name}.tif`), path);
    } catch (cause) {
      throw new AppError('app.no_sample', {}, { cause, details: String(cause) });
    } finally {
      await rm(unfinished, { recursive: true, force: true });
    }
    return path;
  }
}

/** A program for the terminal, run in a thread of this one. */
function run(program: string, argv: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(program, { argv: [...argv], stdout: true, stderr: true });
    worker.once('error', reject);
    worker.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`it ended with code ${code}`))));
  });
}
