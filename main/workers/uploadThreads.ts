import { join } from 'node:path';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { startThread, type Link } from './thread';

/** What the thread that sends is started with. */
export interface UploadThreadData {
  /** To the thread that computes checksums. */
  readonly checksums: MessagePort;
}

/**
 * The thread that sends chunks, as far as its caller is concerned, and beside it one that computes their checksums. `folder` has
 * the built threads.
 */
export function startUploadThreads(folder: string, options: { readonly keepsAlive?: boolean } = {}): Link {
  const { port1, port2 } = new MessageChannel();
  const start = (file: string, port: MessagePort): Link =>
    startThread(join(folder, file), { checksums: port }, { ...options, transferred: [port] });
  const checksums = start('checksum-thread.cjs', port2);
  const sender = start('upload-source-thread.cjs', port1);
  sender.onExit(checksums.kill);
  return sender;
}
