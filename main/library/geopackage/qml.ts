/** A style in QGIS's own format, no more of it than QGIS 3 needs. */
import type { Colour, Fill, LayerStyle } from './styles';

export type Dimension = 'point' | 'line' | 'area';

const SYMBOLS = {
  point: { type: 'marker', layer: 'SimpleMarker' },
  line: { type: 'line', layer: 'SimpleLine' },
  area: { type: 'fill', layer: 'SimpleFill' },
} as const;

/** QGIS's number for the kind of layer a style is made for. */
const GEOMETRY_TYPE = { point: 0, line: 1, area: 2 } as const;

export function qmlOf(style: LayerStyle, dimension: Dimension): string {
  const symbols = style.categories.map(({ look }, i) => symbol(String(i), look, dimension)).join('');
  return [
    "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>",
    '<qgis version="3.22.0" styleCategories="Symbology">',
    renderer(style, symbols),
    `<layerGeometryType>${GEOMETRY_TYPE[dimension]}</layerGeometryType>`,
    '</qgis>',
  ].join('\n');
}

function renderer(style: LayerStyle, symbols: string): string {
  const common = 'forceraster="0" symbollevels="0" enableorderby="0"';
  if (style.attribute === null) {
    return `<renderer-v2 type="singleSymbol" ${common}><symbols>${symbols}</symbols></renderer-v2>`;
  }
  const categories = style.categories
    .map(
      ({ value, label }, i) =>
        `<category value="${escape(value ?? '')}" label="${escape(label)}" symbol="${i}" render="true"/>`,
    )
    .join('');
  return (
    `<renderer-v2 type="categorizedSymbol" attr="${escape(style.attribute)}" ${common}>` +
    `<categories>${categories}</categories><symbols>${symbols}</symbols></renderer-v2>`
  );
}

function symbol(name: string, look: Fill, dimension: Dimension): string {
  const kind = SYMBOLS[dimension];
  const properties = Object.entries(propertiesOf(look, dimension))
    .map(([key, value]) => `<prop k="${key}" v="${escape(value)}"/>`)
    .join('');
  return (
    `<symbol type="${kind.type}" name="${name}" alpha="1" clip_to_extent="1" force_rhr="0">` +
    `<layer class="${kind.layer}" enabled="1" locked="0" pass="0">${properties}</layer></symbol>`
  );
}

function propertiesOf(look: Fill, dimension: Dimension): Record<string, string> {
  if (dimension === 'line') {
    return {
      line_color: rgba(look.outline),
      line_width: String(look.width),
      line_width_unit: 'MM',
      line_style: 'solid',
    };
  }
  const shared = {
    color: rgba(look.fill),
    outline_color: rgba(look.outline),
    outline_width: String(look.width),
    outline_width_unit: 'MM',
    outline_style: 'solid',
  };
  return dimension === 'area' ? { ...shared, style: 'solid' } : { ...shared, name: 'circle', size: '2' };
}

function rgba([red, green, blue, opacity]: Colour): string {
  return `${red},${green},${blue},${Math.round(opacity * 255)}`;
}

function escape(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
  };
  return text.replace(/[&<>"]/g, (character) => entities[character]!);
}
