import { m } from '@shared/i18n';

/** red, green, blue 0–255, opacity 0–1 */
export type Colour = readonly [number, number, number, number];

export interface Fill {
  readonly fill: Colour;
  readonly outline: Colour;
  /** mm */
  readonly width: number;
}

export interface Category {
  /** The value of the attribute; null for all others. */
  readonly value: string | null;
  readonly label: string;
  readonly look: Fill;
}

/** How a result is drawn: all alike, or by the value of an attribute. */
export interface LayerStyle {
  readonly name: string;
  readonly attribute: string | null;
  readonly categories: readonly Category[];
}

type Rgb = readonly [number, number, number];

/** The colours are those of the map in the window, which are those that users of the service know. */
function look(colour: Rgb, opacity = 0.18, outline: Rgb = colour): Fill {
  return { fill: [...colour, opacity], outline: [...outline, 1], width: 0.46 };
}

function single(name: string, label: string, one: Fill): LayerStyle {
  return { name, attribute: null, categories: [{ value: null, label, look: one }] };
}

function buildings(name: string, hasClasses: boolean): LayerStyle {
  const plain = look([43, 131, 186]);
  if (!hasClasses) return single(name, m.map_class_building(), plain);
  return {
    name,
    attribute: 'class_id',
    categories: [
      { value: '101', label: m.map_class_apartments(), look: look([215, 25, 28]) },
      { value: '102', label: m.map_class_house(), look: look([246, 144, 83]) },
      { value: '103', label: m.map_class_industrial(), look: look([221, 0, 255]) },
      { value: '104', label: m.map_class_commercial(), look: look([166, 102, 222]) },
      { value: '105', label: m.map_class_other_buildings(), look: look([157, 195, 87]) },
      { value: null, label: m.map_class_building(), look: plain },
    ],
  };
}

/** The default style for a workflow's `styleName`, for a layer with these columns. */
export function styleFor(styleName: string, columns: readonly string[]): LayerStyle {
  switch (styleName) {
    case 'buildings':
    case 'buildings_noclass':
    case 'building_heights':
    case 'building_heights_class':
      return buildings(styleName, columns.includes('class_id') && styleName !== 'buildings_noclass');
    case 'forest':
    case 'forest_with_heights':
      return single(styleName, m.map_class_forest(), look([103, 213, 60], 0.35));
    case 'roads':
      return single(styleName, m.map_class_roads(), look([255, 182, 71], 0.42, [255, 110, 35]));
    case 'construction':
      return single(styleName, m.map_class_construction(), look([255, 0, 170]));
    default:
      return single('default', m.map_class_feature(), look([231, 113, 72], 0.49));
  }
}
