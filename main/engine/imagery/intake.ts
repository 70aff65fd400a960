import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { rename, rm, stat, statfs } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { basename, isAbsolute } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AppError } from '@shared/errors';
import { errorText } from '@shared/i18n';
import { ServiceError } from '../http/serviceError';
import { FileTooLong, isFull, receiveFile } from '../http/upload';
import type { Services } from '../services';
import type { ImageRow, NewImage } from '../store';
import { checkAgreement, profileOf } from './profile';

/** bytes that stay free on the disk whatever the quota says */
const diskReserve = 256 * 1024 * 1024;

/** Takes images in: receives, checks, stores, and has them prepared. */
export class Intake {
  /** bytes that uploads under way have announced */
  #announced = 0;

  constructor(private readonly services: Services) {}

  /** An upload. `mosaic` is asked once the file is found good, so that a bad file leaves no empty mosaic. */
  async receive(incoming: IncomingMessage, mosaic: () => string): Promise<ImageRow> {
    const announced = Number(incoming.headers['content-length'] ?? 0) || 0;
    const free = await this.#checkAnnounced(announced);
    const id = randomUUID();
    const path = this.services.files.incoming(id);
    this.#announced += announced;
    try {
      const limit = Math.min(this.services.limits.maxUploadFileSize, free);
      const file = await receiveFile(incoming, path, limit).catch((error: unknown) => {
        if (isFull(error)) {
          const params = { memory_requested: announced, available_memory: 0 };
          throw new ServiceError(507, 'MemoryLimitExceeded', params);
        }
        throw error instanceof FileTooLong ? this.#tooLong(error.atLeast, free) : error;
      });
      return await this.#store(id, path, { ...file, linkedPath: null }, mosaic);
    } finally {
      this.#announced -= announced;
      await rm(path, { force: true });
    }
  }

  /** A file that stays where it is: a path or a file address in place of the service's s3. */
  async link(url: string, mosaicId: string): Promise<ImageRow> {
    const path = localPath(url);
    const there = path === null ? null : await stat(path).catch(() => null);
    if (path === null || !there?.isFile()) throw new ServiceError(400, 'engine.LinkNotAllowed', { url });
    const file = {
      filename: basename(path),
      size: there.size,
      checksum: await sha1Of(path),
      linkedPath: path,
    };
    return this.#store(randomUUID(), path, file, () => mosaicId);
  }

  async usage(): Promise<{ readonly used: number; readonly limit: number; readonly free: number }> {
    const { store, limits, files } = this.services;
    const used = store.images.usedBytes();
    const disk = await statfs(files.root).catch(() => null);
    const onDisk = disk ? Math.max(0, disk.bavail * disk.bsize - diskReserve) : Infinity;
    const free = Math.max(0, Math.min(limits.memoryLimit - used, onDisk));
    return { used, limit: used + free, free };
  }

  /** Refuses what cannot fit before a byte of it is stored. Returns the bytes that are free. */
  async #checkAnnounced(announced: number): Promise<number> {
    const { free } = await this.usage();
    const left = Math.max(0, free - this.#announced);
    // The form around a file is some hundred bytes: a file of exactly the limit passes.
    if (announced > this.services.limits.maxUploadFileSize + 65_536) throw this.#tooLong(announced, left);
    if (announced > left + 65_536) throw this.#tooLong(announced, left);
    return left;
  }

  #tooLong(size: number, free: number): ServiceError {
    const { maxUploadFileSize } = this.services.limits;
    if (size > maxUploadFileSize) {
      return new ServiceError(413, 'FileTooBig', {
        max_file_size: maxUploadFileSize,
        actual_file_size: size,
      });
    }
    return new ServiceError(413, 'MemoryLimitExceeded', { memory_requested: size, available_memory: free });
  }

  async #store(
    id: string,
    path: string,
    file: Pick<NewImage, 'filename' | 'checksum' | 'linkedPath'> & { readonly size: number },
    mosaic: () => string,
  ): Promise<ImageRow> {
    const { store, files, limits, preparation } = this.services;
    const description = await this.#describe(path, file.filename);
    const { profile, footprint } = profileOf(description, file.filename, limits);
    const mosaicId = mosaic();
    const first = store.images.first(mosaicId);
    if (first) checkAgreement(profile, first.profile, file.filename, mosaicId);
    if (store.mosaics.get(mosaicId) === null) {
      throw new ServiceError(404, 'ItemNotFound', { instance_type: 'mosaic', uid: mosaicId });
    }
    if (file.linkedPath === null) await rename(path, files.image(id));
    const row = store.images.add({
      id,
      mosaicId,
      filename: file.filename,
      linkedPath: file.linkedPath,
      fileSize: file.size,
      checksum: file.checksum,
      uploadedAt: new Date().toISOString(),
      profile,
      footprint,
    });
    preparation.wake();
    return row;
  }

  async #describe(path: string, filename: string): Promise<Parameters<typeof profileOf>[0]> {
    try {
      const raster = await this.services.rasters.open(path);
      await raster.close();
      return raster.description;
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      throw new ServiceError(400, 'FileOpenError', { filename, reason: errorText(error).title });
    }
  }
}

/** The path that an address means on this computer; null for anything else. */
function localPath(url: string): string | null {
  if (url.startsWith('file://')) {
    try {
      return fileURLToPath(url);
    } catch {
      return null;
    }
  }
  return isAbsolute(url) ? url : null;
}

async function sha1Of(path: string): Promise<string> {
  const hash = createHash('sha1');
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
