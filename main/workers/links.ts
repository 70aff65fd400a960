import { utilityProcess } from 'electron';
import type { Link } from './thread';

/** A process beside the window, without its privileges. Messages wait until it is up. */
export function startProcess(file: string, name: string): Link {
  const child = utilityProcess.fork(file, [], { serviceName: name, stdio: 'inherit' });
  return {
    port: {
      postMessage: (message) => child.postMessage(message),
      onMessage: (listener) => void child.on('message', listener),
    },
    onExit: (listener) => void child.once('exit', listener),
    kill: () => void child.kill(),
  };
}
