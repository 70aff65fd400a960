import { TAG } from './tags';
import type { TagValues } from './tagValues';
import { decodeEntities, parseXml } from './xml';

/** Names and values that belong to the dataset and to each band, as GDAL tells them. */
export interface Metadata {
  readonly dataset: Readonly<Record<string, string>>;
  /** By zero-based band. */
  readonly bands: ReadonlyMap<number, Readonly<Record<string, string>>>;
  /** Colour interpretations that the metadata override, by zero-based band. */
  readonly colors: ReadonlyMap<number, string>;
}

export class MetadataBuilder implements Metadata {
  readonly dataset: Record<string, string> = {};
  readonly bands = new Map<number, Record<string, string>>();
  readonly colors = new Map<number, string>();

  /** @param band zero-based; null for the dataset */
  set(band: number | null, key: string, value: string): void {
    if (band === null) {
      this.dataset[key] = value;
      return;
    }
    const items = this.bands.get(band) ?? {};
    items[key] = value;
    this.bands.set(band, items);
  }

  /** Adds what another source says; it wins. */
  merge(other: Metadata): void {
    Object.assign(this.dataset, other.dataset);
    for (const [band, items] of other.bands) this.bands.set(band, { ...this.bands.get(band), ...items });
    for (const [band, color] of other.colors) this.colors.set(band, color);
  }
}

/** What a band item's role is called among the band's metadata. */
const ROLES: Readonly<Record<string, string>> = {
  description: 'DESCRIPTION',
  unittype: 'UNITTYPE',
  offset: 'OFFSET',
  scale: 'SCALE',
};

/** Metadata of the main directory: well-known tags by GDAL's names, then the GDAL_METADATA tag. */
export async function readMetadata(tags: TagValues, bands: number): Promise<MetadataBuilder> {
  const metadata = new MetadataBuilder();
  for (const [tag, name] of TEXT_TAGS) {
    const text = await tags.text(tag);
    if (text !== null) metadata.set(null, name, text);
  }
  for (const [tag, name] of NUMBER_TAGS) {
    const value = (await tags.numbers(tag, 1))?.[0];
    if (value !== undefined) metadata.set(null, name, eightDigits(value));
  }
  const unit = await tags.integer(TAG.ResolutionUnit);
  if (unit !== undefined)
    metadata.set(null, 'TIFFTAG_RESOLUTIONUNIT', `${unit}${RESOLUTION_UNITS[unit] ?? ''}`);
  const xml = await tags.text(TAG.GdalMetadata);
  if (xml !== null) addGdalMetadata(metadata, xml, bands);
  return metadata;
}

const TEXT_TAGS: readonly (readonly [number, string])[] = [
  [TAG.DocumentName, 'TIFFTAG_DOCUMENTNAME'],
  [TAG.ImageDescription, 'TIFFTAG_IMAGEDESCRIPTION'],
  [TAG.Software, 'TIFFTAG_SOFTWARE'],
  [TAG.DateTime, 'TIFFTAG_DATETIME'],
  [TAG.Artist, 'TIFFTAG_ARTIST'],
  [TAG.HostComputer, 'TIFFTAG_HOSTCOMPUTER'],
  [TAG.Copyright, 'TIFFTAG_COPYRIGHT'],
];

const NUMBER_TAGS: readonly (readonly [number, string])[] = [
  [TAG.XResolution, 'TIFFTAG_XRESOLUTION'],
  [TAG.YResolution, 'TIFFTAG_YRESOLUTION'],
  [TAG.MinSampleValue, 'TIFFTAG_MINSAMPLEVALUE'],
  [TAG.MaxSampleValue, 'TIFFTAG_MAXSAMPLEVALUE'],
];

const RESOLUTION_UNITS: Readonly<Record<number, string>> = {
  1: ' (unitless)',
  2: ' (pixels/inch)',
  3: ' (pixels/cm)',
};

/** C's `%.8g` of the value as a 32-bit float, which is how libtiff keeps it. */
function eightDigits(value: number): string {
  return String(Number(Math.fround(value).toPrecision(8)));
}

/** `<GDALMetadata><Item name= sample= role= domain=>…`. Source: GDAL's GTiff driver documentation, "Metadata". */
function addGdalMetadata(metadata: MetadataBuilder, xml: string, bands: number): void {
  const root = parseXml(xml.trim());
  if (root?.name !== 'GDALMetadata') return;
  for (const item of root.children) {
    const { name, sample, role = '', domain = '' } = item.attributes;
    if (item.name !== 'Item' || name === undefined || item.text === '') continue;
    const band = sample === undefined ? null : Number(sample);
    if (band !== null && (!Number.isInteger(band) || band < 0 || band >= bands)) continue;
    // GDAL escapes twice when it writes, so it decodes twice when it reads.
    const value = decodeEntities(item.text);
    if (band !== null && role === 'colorinterp') metadata.colors.set(band, value);
    else if (band !== null && ROLES[role] !== undefined) metadata.set(band, ROLES[role], value);
    else if (domain === '') metadata.set(band, name, value);
    else if (domain !== 'IMAGE_STRUCTURE' && !domain.startsWith('xml:'))
      metadata.set(band, `${domain}:${name}`, value);
  }
}
