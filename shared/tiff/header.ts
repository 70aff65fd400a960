import { AppError } from '../errors';
import { FieldReader } from './fieldReader';
import type { PagedReader } from './pagedReader';
import { describeForeignFile } from './foreignFile';
import type { ByteOrder } from './types';

export interface TiffHeader {
  readonly byteOrder: ByteOrder;
  readonly bigTiff: boolean;
  readonly firstDirectory: number;
}

/**
 * The first bytes of a file: byte order, classic (42) or BigTIFF (43), and where the first directory lies.
 * Throws `tiff.empty_file`, `tiff.too_short`, or what the file is instead of a TIFF (`tiff.is_html`, `tiff.other_format`, …).
 */
export async function readHeader(reader: PagedReader): Promise<TiffHeader> {
  const file = reader.name;
  if (reader.size === 0) throw new AppError('tiff.empty_file', { file });
  const start = await reader.read(0, Math.min(reader.size, 1024));
  const byteOrder = byteOrderOf(start);
  if (byteOrder && start.length < 4) throw new AppError('tiff.too_short', { file, bytes: reader.size });
  const magic = byteOrder ? new FieldReader(start, byteOrder).uint16(2) : 0;
  if (!byteOrder || (magic !== 42 && magic !== 43)) throw describeForeignFile(file, start);
  const bigTiff = magic === 43;
  if (start.length < (bigTiff ? 16 : 8)) throw new AppError('tiff.too_short', { file, bytes: reader.size });
  const fields = new FieldReader(start, byteOrder);
  if (!bigTiff) return { byteOrder, bigTiff, firstDirectory: fields.uint32(4) };
  if (fields.uint16(4) !== 8 || fields.uint16(6) !== 0) throw new AppError('tiff.bad_header', { file });
  return { byteOrder, bigTiff, firstDirectory: fields.uint64(8) };
}

function byteOrderOf(start: Uint8Array): ByteOrder | null {
  if (start[0] === 0x49 && start[1] === 0x49) return 'little';
  if (start[0] === 0x4d && start[1] === 0x4d) return 'big';
  return null;
}
