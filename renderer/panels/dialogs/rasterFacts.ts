import { m } from '@shared/i18n';
import type { Compression, Geotransform, MaskKind, RasterDescription } from '@shared/tiff/types';
import { formatBytes, formatGsd, formatNumber } from '../../format/numbers';
import type { RasterLayer } from '../../state/layers.svelte';

interface Fact {
  readonly name: string;
  readonly value: string;
}

interface Section {
  readonly title: string;
  readonly facts: readonly Fact[];
}

const compressionNames: Readonly<Record<Compression, string>> = {
  none: '',
  lzw: 'LZW',
  deflate: 'Deflate',
  zstd: 'ZSTD',
  packbits: 'PackBits',
  jpeg: 'JPEG',
  old_jpeg: 'Old-style JPEG',
  webp: 'WebP',
  lerc: 'LERC',
  lzma: 'LZMA',
  jxl: 'JPEG XL',
  ccitt: 'CCITT',
  unknown: '',
};

function maskWord(mask: MaskKind): string {
  switch (mask) {
    case 'none':
      return m.info_mask_none();
    case 'nodata':
      return m.info_mask_nodata();
    case 'alpha':
      return m.info_mask_alpha();
    case 'internal':
      return m.info_mask_internal();
    case 'external':
      return m.info_mask_external();
  }
}

function compressionWord(description: RasterDescription): string {
  const coding = description.levels[0]?.coding;
  if (!coding) return '';
  if (coding.compression === 'none') return m.info_uncompressed();
  return compressionNames[coding.compression] || m.info_compression_code({ code: coding.compressionCode });
}

function pictureFacts(description: RasterDescription): readonly Fact[] {
  const full = description.levels[0];
  const overviews = description.levels.slice(1);
  const number = formatNumber;
  return [
    {
      name: m.info_size(),
      value: m.layers_size({ width: number(description.width), height: number(description.height) }),
    },
    { name: m.info_bands(), value: `${description.bands} (${description.colorInterpretation.join(', ')})` },
    { name: m.info_type(), value: description.sampleType },
    { name: m.info_compression(), value: compressionWord(description) },
    {
      name: full?.tiled ? m.info_tiles() : m.info_strips(),
      value: full ? `${number(full.blockWidth)} × ${number(full.blockHeight)} px` : '',
    },
    {
      name: m.info_interleave(),
      value: description.bands === 1 ? '' : full?.planes === 1 ? m.info_by_pixel() : m.info_by_band(),
    },
    {
      name: m.info_overviews(),
      value:
        overviews.length === 0
          ? m.info_none()
          : overviews.map((level) => `${number(level.width)} × ${number(level.height)}`).join(', '),
    },
    { name: m.info_transparency(), value: maskWord(description.mask) },
    { name: m.info_nodata(), value: description.nodata === null ? '' : String(description.nodata) },
  ];
}

function placeFacts(layer: RasterLayer): readonly Fact[] {
  const { georeference } = layer.raster.description;
  const { crs, geotransform } = georeference;
  const code = crs?.epsg ? `EPSG:${crs.epsg}` : '';
  const degrees = (value: number): string => value.toFixed(6);
  return [
    {
      name: m.info_crs(),
      value: crs ? [code, crs.name].filter((part) => part !== '').join(', ') : m.map_no_crs(),
    },
    { name: m.info_gsd(), value: layer.raster.gsd === null ? '' : formatGsd(layer.raster.gsd) },
    { name: m.info_origin(), value: geotransform ? `${geotransform[0]}, ${geotransform[3]}` : '' },
    { name: m.info_pixel_size(), value: geotransform ? `${geotransform[1]}, ${geotransform[5]}` : '' },
    {
      name: m.info_extent_map(),
      value: geotransform ? extentOf(geotransform, layer.raster.description).join(', ') : '',
    },
    { name: m.info_extent(), value: layer.raster.bbox ? layer.raster.bbox.map(degrees).join(', ') : '' },
    {
      name: m.info_control_points(),
      value: georeference.gcps.length === 0 ? '' : formatNumber(georeference.gcps.length),
    },
  ];
}

/** Left, bottom, right, top in units of the system. */
function extentOf(g: Geotransform, { width, height }: RasterDescription): number[] {
  const corners = [
    [0, 0],
    [width, 0],
    [0, height],
    [width, height],
  ] as const;
  const xs = corners.map(([column, row]) => g[0] + column * g[1] + row * g[2]);
  const ys = corners.map(([column, row]) => g[3] + column * g[4] + row * g[5]);
  const rounded = (value: number): number => Number(value.toPrecision(12));
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)].map(rounded);
}

function bandFacts(layer: RasterLayer): readonly Fact[] {
  const number = (value: number): string => formatNumber(value, 4);
  return (layer.statistics ?? []).map((band, index) => ({
    name: bandName(layer, index),
    value: m.info_statistics({ min: number(band.min), max: number(band.max), mean: number(band.mean) }),
  }));
}

/** By its number, and what the file calls it. */
function bandName({ raster }: RasterLayer, band: number): string {
  const name = raster.description.bandMetadata[band]?.['DESCRIPTION'];
  return name ? m.layers_band_named({ number: band + 1, name }) : m.layers_band({ number: band + 1 });
}

/** Everything that the information window says of a raster. */
export function rasterFacts(layer: RasterLayer): readonly Section[] {
  const { description } = layer.raster;
  const file = [
    { name: m.info_file_size(), value: formatBytes(description.fileSize) },
    { name: m.info_format(), value: description.bigTiff ? 'BigTIFF' : 'TIFF' },
    { name: m.info_byte_order(), value: description.byteOrder === 'little' ? m.info_little() : m.info_big() },
  ];
  const metadata = Object.entries(description.metadata).map(([name, value]) => ({ name, value }));
  return [
    { title: m.info_picture(), facts: pictureFacts(description) },
    { title: m.info_place(), facts: placeFacts(layer) },
    { title: m.info_bands(), facts: bandFacts(layer) },
    { title: m.info_file(), facts: file },
    { title: m.info_metadata(), facts: metadata },
  ].filter((section) => section.facts.length > 0);
}
