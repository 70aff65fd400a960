import { shownBands } from '../rgba';
import { sampledStatistics, type SampledBand } from '../statistics';
import type { CodecRegistry, Raster, RasterDescription } from '../types';

/** What the user may ask for: small (JPEG), or exact but for what 8 bits and three bands cannot hold (Deflate). */
export type ReductionCodec = 'jpeg' | 'deflate';

/**
 * What is given up so that an upload has fewer bytes. Plain data, kept with the upload: with the same reduction the same
 * raster gives the same chunks, byte for byte.
 */
export interface Reduction {
  readonly codec: ReductionCodec;
  /** Of JPEG: 1–100. */
  readonly quality: number;
  /** Zero-based bands of the source that are read: one, three, or the four inks of CMYK. */
  readonly bands: readonly number[];
  /** What comes out: grey, or red, green and blue. */
  readonly channels: 1 | 3;
  /** Of each channel the samples that become 0 and 255; null where 8 bits stay as they are. The same for all chunks. */
  readonly cuts: readonly (readonly [number, number])[] | null;
  /** Whether chunks have a mask of one bit: where alpha, nodata or a mask say that pixels of the source do not count. */
  readonly masked: boolean;
}

const QUALITY = 90;

/**
 * What a raster is reduced to: its colours (or its grey), 8 bits by the cuts of 2 and 98 % that the map's style takes too, and
 * a mask in place of alpha and nodata, for neither survives in JPEG, and no value of 8 bits is free for it.
 * Throws as `sampledStatistics` does.
 */
export async function chooseReduction(
  raster: Raster,
  codecs: CodecRegistry,
  codec: ReductionCodec,
  signal?: AbortSignal,
): Promise<Reduction> {
  const { description } = raster;
  const { bands, channels } = keptBands(description);
  const stays = isPicture(description) || description.sampleType === 'uint8';
  const cuts = stays ? null : cutsOf(await sampledStatistics(raster, codecs, signal), bands);
  return { codec, quality: QUALITY, bands, channels, cuts, masked: description.mask !== 'none' };
}

/** Whether samples are no measures but stand for colours that a table or inks give. */
const isPicture = (description: RasterDescription): boolean =>
  description.palette !== null || isCmyk(description);

const isCmyk = ({ levels, bands }: RasterDescription): boolean =>
  levels[0]?.coding.photometric === 'cmyk' && bands >= 4;

function keptBands(description: RasterDescription): Pick<Reduction, 'bands' | 'channels'> {
  const { palette } = description;
  if (palette) {
    const isGrey = palette.every(([red, green, blue]) => red === green && green === blue);
    return { bands: [0], channels: isGrey ? 1 : 3 };
  }
  if (isCmyk(description)) return { bands: [0, 1, 2, 3], channels: 3 };
  const [red, green, blue] = shownBands(description);
  return red === green ? { bands: [red], channels: 1 } : { bands: [red, green, blue], channels: 3 };
}

/** A band of one value everywhere is black. */
function cutsOf(statistics: readonly SampledBand[], bands: readonly number[]): [number, number][] {
  return bands.map((band) => {
    const { low = 0, high = 0 } = statistics[band] ?? {};
    return [low, high > low ? high : low + 1];
  });
}

/** Zero-based bands of the source of which nothing is left, but for alpha, which becomes the mask. */
export function droppedBands(
  { bands, alphaBand, palette }: RasterDescription,
  reduction: Reduction,
): number[] {
  const all = Array.from({ length: palette ? 1 : bands }, (_, band) => band);
  return all.filter((band) => band !== alphaBand && !reduction.bands.includes(band));
}
