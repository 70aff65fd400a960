import { randomBytes } from 'node:crypto';
import { AppError } from '@shared/errors';

/** A form with one file, laid out but for the file's bytes. Plain values. */
export interface Form {
  readonly filename: string;
  /** bytes of the file */
  readonly fileSize: number;
  readonly contentType: string;
  readonly head: Uint8Array;
  readonly tail: Uint8Array;
  /** bytes of it all, exact: promised as Content-Length before the first byte is sent */
  readonly size: number;
}

/** A form with one part named `file`. */
export function formOf({ filename, size }: { readonly filename: string; readonly size: number }): Form {
  const boundary = `----orthodesk${randomBytes(18).toString('hex')}`;
  const head = new TextEncoder().encode(
    `--${boundary}\r\n` +
      `Content-Disposition: form-data; name="file"; filename="${escapeName(filename)}"\r\n` +
      `Content-Type: image/tiff\r\n\r\n`,
  );
  const tail = new TextEncoder().encode(`\r\n--${boundary}--\r\n`);
  return {
    filename,
    fileSize: size,
    contentType: `multipart/form-data; boundary=${boundary}`,
    head,
    tail,
    size: head.byteLength + size + tail.byteLength,
  };
}

/**
 * The whole form, streamed. `onFileBytes` hears how many bytes of the file have been taken so far. Throws `api.body_length` when
 * the file is not as long as was promised.
 */
export async function* framed(
  { filename, fileSize, head, tail }: Form,
  file: AsyncIterable<Uint8Array>,
  onFileBytes: (sent: number) => void = () => undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
  const lengthError = (actual: number): AppError =>
    new AppError('api.body_length', { filename, expected: fileSize, actual });
  yield head;
  let sent = 0;
  for await (const chunk of file) {
    sent += chunk.byteLength;
    if (sent > fileSize) throw lengthError(sent);
    yield chunk;
    onFileBytes(sent);
  }
  if (sent !== fileSize) throw lengthError(sent);
  yield tail;
}

/** As browsers write file names into a form: UTF-8, with quotes and line ends escaped. */
function escapeName(name: string): string {
  return name.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}
