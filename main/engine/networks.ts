import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { InferenceSession } from 'onnxruntime-node';
import { AppError } from '@shared/errors';
import { fromOutput, toInput } from './models/learned/pack';
import type { Networks, RgbWindow } from './models/types';

/** Sides of what a network takes are multiples of this: its levels halve the picture again and again. */
const step = 32;

/** ms; a network that was not asked for so long gives its memory back, which what follows can use: loading it again takes less */
const patience = 1000;

/**
 * The networks of this program, each loaded when it is needed. `folder` holds their weights; `threads` work on a window together,
 * the calling one among them.
 */
export function onnxNetworks(folder: string, threads = 1): Networks {
  const sessions = new Map<string, Promise<InferenceSession>>();
  let rest: NodeJS.Timeout | undefined;
  const sessionOf = (weights: string): Promise<InferenceSession> => {
    const known = sessions.get(weights);
    if (known) return known;
    const made = load(join(folder, `${weights}.onnx`), threads);
    sessions.set(weights, made);
    return made;
  };
  const releaseAll = (): void => {
    const idle = [...sessions.values()];
    sessions.clear();
    // What could not be loaded has been told to who asked for it.
    for (const session of idle) session.then((loaded) => loaded.release()).catch(() => undefined);
  };
  let running = 0;
  return {
    run: async (weights, window) => {
      clearTimeout(rest);
      running += 1;
      try {
        return await runOne(await sessionOf(weights), window);
      } finally {
        running -= 1;
        if (running === 0) rest = setTimeout(releaseAll, patience).unref();
      }
    },
  };
}

/** The runtime is loaded when it is needed: there are computers for which it is not made. */
const runtime = (): Promise<typeof import('onnxruntime-node')> => import('onnxruntime-node');

async function load(path: string, threads: number): Promise<InferenceSession> {
  try {
    const { InferenceSession: sessions } = await runtime();
    return await sessions.create(await readFile(path), {
      executionProviders: ['cpu'],
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      graphOptimizationLevel: 'all',
      // Without an arena every layer's pixels are new pages of the system, which cost two thirds of the time.
      enableCpuMemArena: true,
      // Planned blocks are kept beside the arena's own: half as much memory again, and no faster.
      enableMemPattern: false,
      // Threads that spin while they wait take the core from who reads the next window.
      extra: { session: { intra_op: { allow_spinning: '0' } } },
      logSeverityLevel: 3,
    });
  } catch (error) {
    const details = error instanceof Error ? error.message : String(error);
    throw new AppError('engine.network_unavailable', {}, { details, cause: error });
  }
}

async function runOne(session: InferenceSession, window: RgbWindow): Promise<Uint8Array> {
  const { Tensor } = await runtime();
  const { width, height, picture, valid } = toInput(window, step);
  const results = await session.run({
    picture: new Tensor('uint8', picture, [1, 3, height, width]),
    valid: new Tensor('uint8', valid, [1, 1, height, width]),
  });
  const packed = results['packed'];
  if (!packed) throw new AppError('engine.network_unavailable', {}, { details: 'no output' });
  const outputWidth = packed.dims[3] ?? width;
  return fromOutput((await packed.getData()) as Uint8Array, outputWidth, width / outputWidth, window);
}
