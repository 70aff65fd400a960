import { m } from '@shared/i18n';
import { inspectObject, type InspectObject } from '@shared/tiff/inspect';
import { bandSha256, createNodeCodecs, openFile } from '../rasters';
import { bytes, errorObject, say, sayError, sayJson, table } from './output';

export interface InspectOptions {
  readonly json?: boolean;
  readonly pixels?: boolean;
}

/** Prints the description of each file; returns the exit code. */
export async function inspect(files: readonly string[], options: InspectOptions): Promise<number> {
  const codecs = createNodeCodecs();
  let failures = 0;
  for (const file of files) {
    try {
      const opened = await openFile(file);
      try {
        const described = inspectObject(opened.raster.description, file);
        const hashes = options.pixels ? { bandSha256: await bandSha256(opened.raster, codecs) } : {};
        if (options.json) sayJson({ ...described, ...hashes });
        else say(inWords(described, opened.identity.size, hashes.bandSha256 ?? []));
      } finally {
        await opened.close();
      }
    } catch (error) {
      failures++;
      if (options.json) sayJson({ file, error: errorObject(error) });
      else sayError(error, file);
    }
  }
  return failures === 0 ? 0 : 1;
}

function inWords(described: InspectObject, size: number, hashes: readonly string[]): string {
  const { width, height, bands, dtype, compression, tiled, blockSize, crs, geotransform, mask } = described;
  const none = m.cli_none();
  const rows = [
    [m.cli_label_size(), `${width} x ${height} px, ${bands} x ${dtype[0] ?? ''}, ${bytes(size)}`],
    [
      m.cli_label_stored(),
      [
        compression,
        tiled
          ? m.cli_in_tiles({ size: blockSize.join(' x ') })
          : m.cli_in_strips({ size: blockSize.join(' x ') }),
        m.cli_interleave({ kind: described.interleave }),
      ].join(', '),
    ],
    [
      m.cli_label_format(),
      `${described.bigTiff ? 'BigTIFF' : 'TIFF'}, ${m.cli_endian({ order: described.byteOrder })}`,
    ],
    [m.cli_label_crs(), crs ?? none],
    [m.cli_label_geotransform(), geotransform ? geotransform.join(', ') : none],
    [m.cli_label_pixels(), described.areaOrPoint],
    [m.cli_label_nodata(), described.nodata === null ? none : String(described.nodata)],
    [m.cli_label_mask(), mask],
    [m.cli_label_overviews(), described.overviews.map((level) => level.join(' x ')).join(', ') || none],
    [m.cli_label_bands(), described.colorInterpretation.join(', ')],
    ...Object.entries(described.metadata).map(([name, value]) => [name.toLowerCase(), value]),
    ...hashes.map((hash, i) => [m.cli_label_sha256({ band: i + 1 }), hash]),
  ];
  return `${described.file}\n${table(rows.map(([name = '', value = '']) => [`  ${name}`, value]))}`;
}
