import { randomBytes } from 'node:crypto';
import { AppError } from '@shared/errors';
import type { UploadFile } from './types';

export interface MultipartBody {
  readonly contentType: string;
  /** bytes, exact: promised as Content-Length before the first byte is sent */
  readonly size: number;
  readonly chunks: AsyncIterable<Uint8Array>;
}

/** One part named `file`, streamed. `onFileBytes` hears how many bytes of the file have been taken so far. */
export function multipartBody(file: UploadFile, onFileBytes: (sent: number) => void): MultipartBody {
  const boundary = `----orthodesk${randomBytes(18).toString('hex')}`;
  const head = new TextEncoder().encode(
    `--${boundary}\r\n` +
      `Content-Disposition: form-data; name="file"; filename="${escapeName(file.filename)}"\r\n` +
      `Content-Type: image/tiff\r\n\r\n`,
  );
  const tail = new TextEncoder().encode(`\r\n--${boundary}--\r\n`);

  async function* chunks(): AsyncGenerator<Uint8Array, void, undefined> {
    yield head;
    let sent = 0;
    for await (const chunk of file.body) {
      sent += chunk.byteLength;
      if (sent > file.size) throw lengthError(file, sent);
      yield chunk;
      onFileBytes(sent);
    }
    if (sent !== file.size) throw lengthError(file, sent);
    yield tail;
  }

  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    size: head.byteLength + file.size + tail.byteLength,
    chunks: chunks(),
  };
}

function lengthError(file: UploadFile, actual: number): AppError {
  return new AppError('api.body_length', { filename: file.filename, expected: file.size, actual });
}

/** As browsers write file names into a form: UTF-8, with quotes and line ends escaped. */
function escapeName(name: string): string {
  return name.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}
