import { parentPort } from 'node:worker_threads';
import { toErrorData } from '@shared/errors';
import { execute, type TaskTools } from './execute';
import type { FromThread, ToThread } from './messages';

/** Serves tasks in this worker thread until the thread is ended. */
export function servePixelThread(tools: TaskTools): void {
  const port = parentPort;
  if (!port) throw new Error('not a worker thread');
  const running = new Map<number, AbortController>();
  const answer = (message: FromThread): void => port.postMessage(message);

  async function start({ id, task }: Extract<ToThread, { kind: 'task' }>): Promise<void> {
    const controller = new AbortController();
    running.set(id, controller);
    try {
      const onProgress = (done: number): void => answer({ kind: 'progress', id, done });
      const result = await execute(task, tools, { signal: controller.signal, onProgress });
      answer({ kind: 'done', id, result });
    } catch (error) {
      answer({ kind: 'failed', id, error: toErrorData(error) });
    } finally {
      running.delete(id);
    }
  }

  port.on('message', (message: ToThread) => {
    if (message.kind === 'task') void start(message);
    else running.get(message.id)?.abort();
  });
}
