import { applyGeotransform } from '@shared/geo/affine';
import type { PixelWindow } from '@shared/tiff/types';
import type { Aoi, ChunkState, UploadChunk } from '@shared/ipc/types';
import type { Geometry } from 'geojson';
import Feature from 'ol/Feature';
import GeoJSON from 'ol/format/GeoJSON';
import Polygon from 'ol/geom/Polygon';
import VectorLayer from 'ol/layer/Vector';
import type Projection from 'ol/proj/Projection';
import VectorSource from 'ol/source/Vector';
import CircleStyle from 'ol/style/Circle';
import Fill from 'ol/style/Fill';
import Stroke from 'ol/style/Stroke';
import Style from 'ol/style/Style';
import { css, mapColours, type Rgba } from './colours';
import type { Placement } from './placement';

/** Above every layer of the list. */
export const overlayZ = 10_000;

function outlined(colour: Rgba, fill: Rgba, width: number, dash: number[] = []): Style[] {
  return [
    new Style({ stroke: new Stroke({ color: css(mapColours.casing), width: width + 1.5 }) }),
    new Style({
      fill: new Fill({ color: css(fill) }),
      stroke: new Stroke({ color: css(colour), width, lineDash: dash }),
    }),
  ];
}

/** How a tool's sketch looks: lines, corners and the point under the pointer. */
export function sketchStyle(colour: Rgba, fill: Rgba): Style[] {
  return [
    ...outlined(colour, fill, 2),
    new Style({
      image: new CircleStyle({
        radius: 4,
        fill: new Fill({ color: css(colour) }),
        stroke: new Stroke({ color: css(mapColours.casing), width: 1.5 }),
      }),
    }),
  ];
}

function overlay(
  style: Style | Style[] | ((feature: Feature) => Style | Style[]),
): VectorLayer<VectorSource> {
  return hiddenWhileEmpty(
    new VectorLayer({
      source: new VectorSource(),
      style: style as Style,
      zIndex: overlayZ,
      updateWhileAnimating: true,
      updateWhileInteracting: true,
    }),
  );
}

/** An empty layer that is visible has a canvas as large as the map, which is cleared and laid over it with every frame. */
export function hiddenWhileEmpty(layer: VectorLayer<VectorSource>): VectorLayer<VectorSource> {
  const source = layer.getSource();
  const update = (): void => layer.setVisible(source?.isEmpty() === false);
  source?.on('change', update);
  update();
  return layer;
}

export const aoiOverlay = (): VectorLayer<VectorSource> =>
  overlay(outlined(mapColours.areaOfInterest, mapColours.areaOfInterestFill, 2));

export const measureOverlay = (): VectorLayer<VectorSource> =>
  overlay(sketchStyle(mapColours.measure, mapColours.measureFill));

export const highlightOverlay = (): VectorLayer<VectorSource> =>
  overlay(outlined(mapColours.highlight, mapColours.highlightFill, 3));

const chunkColours: Readonly<
  Record<ChunkState, { readonly line: Rgba; readonly fill: number; readonly dash: number[] }>
> = {
  planned: { line: mapColours.chunkPlanned, fill: 0.08, dash: [4, 4] },
  sending: { line: mapColours.chunkSending, fill: 0.3, dash: [] },
  ambiguous: { line: mapColours.chunkSending, fill: 0.15, dash: [6, 3] },
  confirmed: { line: mapColours.chunkConfirmed, fill: 0.22, dash: [] },
  failed: { line: mapColours.chunkFailed, fill: 0.35, dash: [] },
};

export function chunkOverlay(): VectorLayer<VectorSource> {
  const styles = new Map(
    Object.entries(chunkColours).map(([state, { line, fill, dash }]) => {
      const [r, g, b] = line;
      return [state, outlined(line, [r, g, b, fill], 1.25, dash)];
    }),
  );
  return overlay((feature) => styles.get(String(feature.get('state'))) ?? []);
}

const geojson = new GeoJSON();

/** A shape in WGS 84, drawn in the view's projection. */
export function showGeometry(
  layer: VectorLayer<VectorSource>,
  geometry: Geometry | null,
  projection: Projection,
): void {
  const source = layer.getSource();
  source?.clear();
  if (!geometry) return;
  const feature = geojson.readFeature(
    { type: 'Feature', geometry, properties: {} },
    { dataProjection: 'EPSG:4326', featureProjection: projection },
  );
  if (!Array.isArray(feature)) source?.addFeature(feature);
}

/** A drawn shape as WGS 84; null for what is not an area. */
export function aoiOf(feature: Feature, projection: Projection): Aoi | null {
  const geometry = feature.getGeometry();
  if (!geometry) return null;
  const written = geojson.writeGeometryObject(geometry, {
    dataProjection: 'EPSG:4326',
    featureProjection: projection,
    decimals: 9,
    rightHanded: true,
  });
  return written.type === 'Polygon' || written.type === 'MultiPolygon' ? written : null;
}

function windowPolygon(window: PixelWindow, placement: Placement, projection: Projection): Polygon {
  const { x, y, width, height } = window;
  const corner = (column: number, row: number): [number, number] =>
    applyGeotransform(placement.transform, column, row);
  const ring = [
    corner(x, y),
    corner(x + width, y),
    corner(x + width, y + height),
    corner(x, y + height),
    corner(x, y),
  ];
  const polygon = new Polygon([ring]);
  if (projection.getCode() !== placement.projection.getCode())
    polygon.transform(placement.projection, projection);
  return polygon;
}

/** The chunks of an upload over their raster, each in the colour of its state. */
export function showChunks(
  layer: VectorLayer<VectorSource>,
  chunks: readonly UploadChunk[],
  placement: Placement | null,
  projection: Projection,
): void {
  const source = layer.getSource();
  source?.clear();
  if (!placement) return;
  const features = chunks.map((chunk) => {
    const feature = new Feature(windowPolygon(chunk.window, placement, projection));
    feature.set('state', chunk.state);
    return feature;
  });
  source?.addFeatures(features);
}
