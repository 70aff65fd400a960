import { geodesicLength } from '@shared/geo/geodesic';
import type { Aoi } from '@shared/ipc/types';
import type { Position } from 'geojson';
import type Feature from 'ol/Feature';
import LineString from 'ol/geom/LineString';
import Polygon from 'ol/geom/Polygon';
import Draw, { createBox } from 'ol/interaction/Draw';
import Modify from 'ol/interaction/Modify';
import type VectorLayer from 'ol/layer/Vector';
import type OlMap from 'ol/Map';
import { toLonLat } from 'ol/proj';
import type VectorSource from 'ol/source/Vector';
import type { Measurement } from '../state/measure.svelte';
import type { AoiShape } from '../state/tools.svelte';
import { mapColours } from './colours';
import { areaOf, outlineOf } from './geodesy';
import { aoiOf, sketchStyle } from './overlays';

/** Ends a tool: takes its interactions off the map again. */
export type EndTool = () => void;

/** Draws an area of interest; the corners of the one that is there can be dragged. */
export function drawAoi(
  map: OlMap,
  layer: VectorLayer<VectorSource>,
  shape: AoiShape,
  onshape: (shape: Aoi, finished: boolean) => void,
): EndTool {
  const source = layer.getSource();
  const projection = map.getView().getProjection();
  const style = sketchStyle(mapColours.areaOfInterest, mapColours.areaOfInterestFill);
  const draw = new Draw({
    type: shape === 'rectangle' ? 'Circle' : 'Polygon',
    ...(shape === 'rectangle' ? { geometryFunction: createBox() } : {}),
    style,
    stopClick: true,
  });
  draw.on('drawend', ({ feature }) => {
    const drawn = aoiOf(feature, projection);
    if (drawn) onshape(drawn, true);
  });
  const modify = source ? new Modify({ source, style }) : null;
  modify?.on('modifyend', ({ features }) => {
    const changed = aoiOf(features.item(0), projection);
    if (changed) onshape(changed, false);
  });
  map.addInteraction(draw);
  if (modify) map.addInteraction(modify);
  return () => {
    draw.abortDrawing();
    map.removeInteraction(draw);
    if (modify) map.removeInteraction(modify);
  };
}

/** Measures a length or an area while it is drawn; the finished one stays until the next begins or the tool ends. */
export function measure(
  map: OlMap,
  layer: VectorLayer<VectorSource>,
  kind: Measurement['kind'],
  onchange: (measurement: Measurement | null) => void,
): EndTool {
  const source = layer.getSource();
  const projection = map.getView().getProjection();
  const toPositions = (coordinates: readonly (readonly number[])[]): Position[] =>
    coordinates.map((coordinate) => toLonLat([...coordinate], projection));
  const read = (feature: Feature, finished: boolean): Measurement | null => {
    const geometry = feature.getGeometry();
    if (geometry instanceof LineString) {
      return { kind, value: geodesicLength(toPositions(geometry.getCoordinates())), outline: null, finished };
    }
    if (geometry instanceof Polygon) {
      const shape: Aoi = { type: 'Polygon', coordinates: geometry.getCoordinates().map(toPositions) };
      return { kind, value: areaOf(shape), outline: outlineOf(shape), finished };
    }
    return null;
  };
  const draw = new Draw({
    type: kind === 'length' ? 'LineString' : 'Polygon',
    style: sketchStyle(mapColours.measure, mapColours.measureFill),
    stopClick: true,
    ...(source ? { source } : {}),
  });
  draw.on('drawstart', ({ feature }) => {
    source?.clear();
    feature.getGeometry()?.on('change', () => onchange(read(feature, false)));
  });
  draw.on('drawend', ({ feature }) => onchange(read(feature, true)));
  map.addInteraction(draw);
  return () => {
    draw.abortDrawing();
    map.removeInteraction(draw);
    source?.clear();
    onchange(null);
  };
}
