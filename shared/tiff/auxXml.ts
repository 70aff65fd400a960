import { AppError } from '../errors';
import { crsOfCode } from '../geo/crs';
import { loadEpsgTable } from '../geo/epsgTable';
import { crsFromWkt } from '../geo/wktCrs';
import { decodeText } from './directory';
import { readEsriXform } from './esriXform';
import { LIMITS } from './limits';
import { MetadataBuilder, type Metadata } from './metadata';
import type { ByteSource, Crs, Geotransform, GroundControlPoint } from './types';
import { childNamed, parseXml, type XmlElement } from './xml';

/** What a `.aux.xml` beside the raster says, GDAL's or that of ArcGIS; GDAL lets it override the tags. */
export interface AuxXml {
  readonly crs: Crs | null;
  readonly geotransform: Geotransform | null;
  /** Null where it does not say. */
  readonly areaOrPoint: 'Area' | 'Point' | null;
  readonly gcps: readonly GroundControlPoint[];
  readonly gcpCrs: Crs | null;
  /** Of the first band that has one, as text. */
  readonly nodata: string | null;
  readonly metadata: Metadata;
}

/** Reads a sidecar; null where it is not GDAL's. Throws what the source throws. */
export async function readAuxXml(source: ByteSource, bands: number): Promise<AuxXml | null> {
  if (source.size > LIMITS.sidecarBytes) throw new AppError('tiff.sidecar_too_large', { file: source.name });
  const root = parseXml(decodeText(await source.read(0, source.size)).replace(/^\ufeff/, ''));
  if (root?.name !== 'PAMDataset') return null;
  const gcpList = childNamed(root, 'GCPList');
  const metadata = new MetadataBuilder();
  addMetadata(metadata, null, root);
  const kind = metadata.dataset['AREA_OR_POINT'];
  delete metadata.dataset['AREA_OR_POINT'];
  let nodata: string | null = null;
  for (const element of root.children.filter((child) => child.name === 'PAMRasterBand')) {
    const band = Number(element.attributes['band']) - 1;
    if (!Number.isInteger(band) || band < 0 || band >= bands) continue;
    nodata ??= childNamed(element, 'NoDataValue')?.text ?? null;
    addBand(metadata, band, element);
  }
  const esri = readEsriXform(root);
  return {
    crs: await crsOf(childNamed(root, 'SRS')?.text ?? esri?.wkt),
    geotransform: geotransformOf(childNamed(root, 'GeoTransform')?.text),
    areaOrPoint: kind === 'Area' || kind === 'Point' ? kind : null,
    gcps: gcpList ? gcpsOf(gcpList) : (esri?.gcps ?? []),
    gcpCrs: await crsOf(gcpList ? gcpList.attributes['Projection'] : esri?.wkt),
    nodata,
    metadata,
  };
}

/** Well-known text, as GDAL writes it, or a mere code. */
async function crsOf(text: string | undefined): Promise<Crs | null> {
  if (text === undefined || text === '') return null;
  const code = /^\s*EPSG:(\d{4,6})\s*$/i.exec(text)?.[1];
  return code === undefined ? crsFromWkt(text) : crsOfCode(await loadEpsgTable(), Number(code));
}

function geotransformOf(text: string | undefined): Geotransform | null {
  const numbers = text?.split(',').map((part) => Number(part.trim())) ?? [];
  return numbers.length === 6 && numbers.every(Number.isFinite) ? (numbers as unknown as Geotransform) : null;
}

function gcpsOf(list: XmlElement): GroundControlPoint[] {
  return list.children
    .filter((child) => child.name === 'GCP')
    .slice(0, LIMITS.groundControlPoints)
    .map(({ attributes }) => ({
      pixel: Number(attributes['Pixel'] ?? 0),
      line: Number(attributes['Line'] ?? 0),
      x: Number(attributes['X'] ?? 0),
      y: Number(attributes['Y'] ?? 0),
      z: Number(attributes['Z'] ?? 0),
    }));
}

function addBand(metadata: MetadataBuilder, band: number, element: XmlElement): void {
  for (const [name, key] of BAND_TEXTS) {
    const text = childNamed(element, name)?.text;
    if (text !== undefined && text !== '') metadata.set(band, key, text);
  }
  const color = childNamed(element, 'ColorInterp')?.text;
  if (color !== undefined && color !== 'Undefined') metadata.colors.set(band, color);
  addMetadata(metadata, band, element);
}

const BAND_TEXTS: readonly (readonly [string, string])[] = [
  ['Description', 'DESCRIPTION'],
  ['UnitType', 'UNITTYPE'],
  ['Offset', 'OFFSET'],
  ['Scale', 'SCALE'],
];

function addMetadata(metadata: MetadataBuilder, band: number | null, parent: XmlElement): void {
  for (const group of parent.children.filter((child) => child.name === 'Metadata')) {
    const domain = group.attributes['domain'] ?? '';
    if (domain === 'IMAGE_STRUCTURE' || domain.startsWith('xml:') || group.attributes['format'] === 'xml')
      continue;
    for (const item of group.children.filter((child) => child.name === 'MDI')) {
      const key = item.attributes['key'];
      if (key !== undefined) metadata.set(band, domain === '' ? key : `${domain}:${key}`, item.text);
    }
  }
}
