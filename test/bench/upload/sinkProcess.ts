import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { SinkCounts } from './sink';

export interface Sink {
  /** Address of its API. */
  readonly baseUrl: string;
  /** Begins to count anew; every so manieth connection is cut from now on, none for 0. */
  reset(cutEvery?: number): Promise<void>;
  counts(): Promise<SinkCounts>;
  stop(): void;
}

/** A sink in a process of its own, on this machine. One core is all it takes: its collector leaves the others to the sender. */
export async function startSink(): Promise<Sink> {
  const child = spawn(process.execPath, ['--single-threaded-gc', process.argv[1] ?? '', 'upload-sink'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const baseUrl = `http://127.0.0.1:${Number(line.toString())}/rest`;
  const ask = async (path: string): Promise<unknown> => (await fetch(`${baseUrl}/bench/${path}`)).json();
  return {
    baseUrl,
    reset: async (cutEvery = 0) => void (await ask(`reset?cutEvery=${cutEvery}`)),
    counts: async () => (await ask('counts')) as SinkCounts,
    stop: () => child.stdin.end(),
  };
}
