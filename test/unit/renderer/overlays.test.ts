import { expect, test } from 'vitest';
import { placementOf } from '../../../renderer/map/placement';
import { aoiOverlay, chunkOverlay, showChunks, showGeometry } from '../../../renderer/map/overlays';
import { previewOverlay, showPreview } from '../../../renderer/map/qualityLayers';
import { raster } from './samples';

const placement = placementOf(raster('a'));
const { projection } = placement;
const triangle = {
  type: 'Polygon' as const,
  coordinates: [
    [
      [85, 27],
      [85.1, 27],
      [85.1, 27.1],
      [85, 27],
    ],
  ],
};

test('an overlay is visible while there is something to draw, so that an empty one costs no canvas', () => {
  const overlay = aoiOverlay();
  expect(overlay.getVisible()).toBe(false);
  showGeometry(overlay, triangle, projection);
  expect(overlay.getVisible()).toBe(true);
  showGeometry(overlay, null, projection);
  expect(overlay.getVisible()).toBe(false);
});

test('chunks and outlines that are tried keep to it too', () => {
  const chunks = chunkOverlay();
  const window = { x: 0, y: 0, width: 10, height: 10 };
  showChunks(chunks, [{ index: 0, bytes: 1, state: 'sending', window }], placement, projection);
  expect(chunks.getVisible()).toBe(true);
  showChunks(chunks, [], placement, projection);
  expect(chunks.getVisible()).toBe(false);

  const preview = previewOverlay();
  const outlines = {
    type: 'FeatureCollection' as const,
    features: [{ type: 'Feature' as const, properties: {}, geometry: triangle }],
  };
  showPreview(preview, outlines, projection);
  expect(preview.getVisible()).toBe(true);
  showPreview(preview, null, projection);
  expect(preview.getVisible()).toBe(false);
});
