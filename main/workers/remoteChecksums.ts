import { createRpcClient, type RpcPort } from '@shared/rpc';
import { FileSource } from '../rasters';
import { sha1Of, type Checksums } from '../uploads';
import type { ChecksumMethods } from './checksumThread';

/** Checksums by the thread at the other end, which reads this process's open files. */
export function remoteChecksums(port: RpcPort): Checksums {
  const client = createRpcClient<ChecksumMethods>(port);
  return {
    sha1(layout, files, signal) {
      const opened = files.filter((file) => file instanceof FileSource);
      if (opened.length < files.length) return sha1Of(layout, files, signal);
      const shared = opened.map(({ name, size, descriptor }) => ({ name, size, descriptor }));
      return client.call('sha1', { layout, files: shared }, { signal });
    },
  };
}
