import { AppError } from '../errors';

/**
 * Says what a file is that is not a TIFF, so that the user learns what happened to it: a web page saved by a failed
 * download, a pointer left by Git LFS, a picture in another format.
 * @param start the file's first bytes, up to 1 KiB
 */
export function describeForeignFile(file: string, start: Uint8Array): AppError {
  const text = latin1(start);
  const format = FORMATS.find(([pattern]) => pattern.test(text))?.[1];
  if (format) return new AppError('tiff.other_format', { file, format });
  const trimmed = text.replace(/^\u00ef\u00bb\u00bf/, '').trimStart();
  if (/^<(!doctype html|html|head|body)/i.test(trimmed)) return new AppError('tiff.is_html', { file });
  if (/^<\?xml|^<Error>|^<\w+[\s>]/.test(trimmed)) return new AppError('tiff.is_xml', { file });
  if (trimmed.startsWith('version https://git-lfs.github.com/spec/'))
    return new AppError('tiff.is_lfs_pointer', { file });
  if (start.every((byte) => byte === 0)) return new AppError('tiff.all_zero', { file });
  if (isText(start)) return new AppError('tiff.is_text', { file });
  return new AppError('tiff.not_tiff', { file });
}

/** By their first bytes, read as Latin-1. The names are the formats' own and need no translation. */
const FORMATS: readonly (readonly [RegExp, string])[] = [
  [/^\x89PNG\r\n\x1a\n/, 'PNG'],
  [/^\xff\xd8\xff/, 'JPEG'],
  [/^GIF8[79]a/, 'GIF'],
  [/^BM[\s\S]{4}\0\0\0\0/, 'BMP'],
  [/^RIFF[\s\S]{4}WEBP/, 'WebP'],
  [/^\0\0\0\x0cjP {2}\r\n\x87\n|^\xff\x4f\xff\x51/, 'JPEG 2000'],
  [/^\0\0\0\x0cJXL |^\xff\x0a/, 'JPEG XL'],
  [/^\x0e\x03\x13\x01|^EHFA_HEADER_TAG/, 'Erdas Imagine (.img)'],
  [/^msid/, 'MrSID'],
  [/^ECW|^e\x02/, 'ECW'],
  [/^\x89HDF\r\n/, 'HDF5 / NetCDF-4'],
  [/^CDF[\x01\x02\x05]/, 'NetCDF'],
  [/^SQLite format 3\0/, 'SQLite / GeoPackage'],
  [/^NITF0|^NSIF0/, 'NITF'],
  [/^%PDF-/, 'PDF'],
  [/^PK[\x03\x05]\x04?/, 'ZIP'],
  [/^\x1f\x8b/, 'gzip'],
  [/^7z\xbc\xaf\x27\x1c/, '7-Zip'],
  [/^Rar!\x1a\x07/, 'RAR'],
  [/^8BPS/, 'Photoshop (PSD)'],
  [/^LASF/, 'LAS point cloud'],
];

function latin1(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

function isText(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte >= 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d);
}
