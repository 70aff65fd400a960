import { execute, type TaskTools } from './execute';
import type { TaskRunner } from './types';

/** Does tasks in this thread: for tests and tools. The engine of the application uses threads. */
export function inProcessRunner(tools: TaskTools): TaskRunner {
  return {
    width: 1,
    networkWidth: 1,
    run: (task, options) => execute(task, tools, options),
    close: () => Promise.resolve(),
  };
}
