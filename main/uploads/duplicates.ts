import type { ListedImage, SourcePlan, UploadSource } from './ports';

/** bytes that are read for comparison before an upload; what is beyond is met while uploading */
const mostBytes = 512 * 1024 * 1024;

/**
 * Chunks that are in the mosaic under another name, byte for byte: images of the very size and dimensions are compared by
 * SHA-1, where the server tells it. Answers with the names of those images.
 */
export async function findDuplicates(
  source: UploadSource,
  plan: SourcePlan,
  images: readonly ListedImage[],
  signal: AbortSignal,
): Promise<readonly string[]> {
  const names = new Set(plan.chunks.map((chunk) => chunk.name.normalize()));
  const others = images.filter((image) => image.sha1 !== null && !names.has(image.filename.normalize()));
  const found: string[] = [];
  let left = mostBytes;
  // The size of a chunk that is not made yet says nothing.
  for (const { name, bytes, window } of plan.chunks.filter(({ exact }) => exact)) {
    const candidates = others.filter(
      (image) =>
        image.bytes === bytes &&
        (image.width ?? window.width) === window.width &&
        (image.height ?? window.height) === window.height,
    );
    if (candidates.length === 0) continue;
    left -= bytes;
    if (left < 0) break;
    const sha1 = await source.sha1(name, signal);
    const same = candidates.find((image) => image.sha1?.toLowerCase() === sha1);
    if (same) found.push(same.filename);
  }
  return found;
}
