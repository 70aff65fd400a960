import type { FeatureLike } from 'ol/Feature';
import VectorTileLayer from 'ol/layer/VectorTile';
import type RenderFeature from 'ol/render/Feature';
import type VectorTileSource from 'ol/source/VectorTile';
import Fill from 'ol/style/Fill';
import Stroke from 'ol/style/Stroke';
import Style from 'ol/style/Style';
import { css, mapColours, type Rgba } from './colours';
import { resultStyle, type FeatureClass } from './resultStyle';
import { partKey } from './resultTiles';

/** Distance of the lines of a hatch, CSS pixels. */
const hatchStep = 8;

/** Diagonal lines that join from tile to tile. */
function hatch(colour: Rgba): CanvasPattern | null {
  const ratio = window.devicePixelRatio;
  const canvas = document.createElement('canvas');
  const size = Math.round(hatchStep * ratio);
  canvas.width = size;
  canvas.height = size;
  const context = canvas.getContext('2d');
  if (!context) return null;
  context.strokeStyle = css(colour);
  context.lineWidth = 1.5 * ratio;
  context.beginPath();
  for (const shift of [-size, 0, size]) {
    context.moveTo(shift - 1, size + 1);
    context.lineTo(shift + size + 1, -1);
  }
  context.stroke();
  return context.createPattern(canvas, 'repeat');
}

interface ClassStyles {
  readonly whole: Style;
  readonly area: Style;
  readonly outline: Style;
  readonly line: Style[];
}

/** From afar outlines are hairs, so that thousands of them do not hide the image. */
const nearResolution = 0.4;
const hairWidth = 0.9;

/** CSS pixels that a line is wider than an outline: it has no area to be seen by. A dark casing parts it from the image. */
const lineExtra = 1.25;
const casingWidth = 1.25;

/** A hatch needs room: from afar its place is taken by an even fill. */
function fromAfar(item: FeatureClass): FeatureClass {
  const [r, g, b] = item.fill;
  return item.hatch ? { ...item, hatch: false, fill: [r, g, b, 0.4] } : item;
}

function stylesOf(item: FeatureClass, strokeWidth: number): ClassStyles {
  const fill = new Fill({ color: item.hatch ? (hatch(item.fill) ?? css(item.fill)) : css(item.fill) });
  const stroke = new Stroke({ color: css(item.stroke), width: strokeWidth });
  const width = strokeWidth + lineExtra;
  return {
    whole: new Style({ fill, stroke }),
    area: new Style({ fill }),
    outline: new Style({ stroke }),
    line: [
      new Style({
        stroke: new Stroke({ color: css(mapColours.casing), width: width + 2 * casingWidth }),
        zIndex: 0,
      }),
      new Style({ stroke: new Stroke({ color: css(item.stroke), width }), zIndex: 1 }),
    ],
  };
}

const highlighted: ClassStyles = stylesOf(
  {
    key: 'highlight',
    label: '',
    fill: mapColours.highlightFill,
    hatch: false,
    stroke: mapColours.highlight,
    strokeWidth: 3,
  },
  3,
);

/**
 * A result on the map. `isHighlighted` is asked for each feature's id as it is drawn; `metresPerUnit` is that of the view's
 * projection.
 */
export function resultLayer(
  source: VectorTileSource<RenderFeature>,
  styleName: string,
  metresPerUnit: number,
  isHighlighted: (featureId: number | string | undefined) => boolean,
): VectorTileLayer<VectorTileSource<RenderFeature>, RenderFeature> {
  const style = resultStyle(styleName);
  const near = new Map(style.classes.map((item) => [item, stylesOf(item, item.strokeWidth)]));
  const far = new Map(style.classes.map((item) => [item, stylesOf(fromAfar(item), hairWidth)]));

  const styleOf = (feature: FeatureLike, resolution: number): Style | Style[] | undefined => {
    const properties = feature.getProperties();
    const item = style.classOf(properties);
    const styles = resolution * metresPerUnit <= nearResolution ? near : far;
    const set = isHighlighted(feature.getId()) ? highlighted : styles.get(item);
    if (!set) return undefined;
    const part: unknown = properties[partKey];
    if (part === 'line') return set.line;
    return part === 'area' ? set.area : part === 'outline' ? set.outline : set.whole;
  };

  return new VectorTileLayer<VectorTileSource<RenderFeature>, RenderFeature>({
    source,
    style: styleOf,
    renderBuffer: 8,
    declutter: false,
  });
}
