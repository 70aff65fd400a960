import { m } from '@shared/i18n';
import type { Rgba } from './colours';

/** How features of one class are drawn. Widths in CSS pixels. */
export interface FeatureClass {
  readonly key: string;
  readonly label: string;
  readonly fill: Rgba;
  /** Diagonal lines in place of an even fill. */
  readonly hatch: boolean;
  readonly stroke: Rgba;
  readonly strokeWidth: number;
}

type Properties = Readonly<Record<string, unknown>>;

/** The classes of a result in the legend's order, and which of them a feature belongs to. */
export interface ResultStyle {
  readonly classes: readonly FeatureClass[];
  classOf(properties: Properties): FeatureClass;
}

type Rgb = readonly [number, number, number];

function solid(key: string, label: string, [r, g, b]: Rgb, fillAlpha = 0.18): FeatureClass {
  return { key, label, fill: [r, g, b, fillAlpha], hatch: false, stroke: [r, g, b, 1], strokeWidth: 1.75 };
}

/** One class for everything. */
function single(feature: FeatureClass): ResultStyle {
  return { classes: [feature], classOf: () => feature };
}

/** Classes by the value of one property; `other` where none fits. */
function byClassId(classes: readonly FeatureClass[], other: FeatureClass): ResultStyle {
  const byKey = new Map(classes.map((item) => [item.key, item]));
  return {
    classes: [...classes, other],
    classOf: (properties) => {
      const value = properties['class_id'];
      return (
        (typeof value === 'string' || typeof value === 'number' ? byKey.get(String(value)) : null) ?? other
      );
    },
  };
}

/** Steps of a number: a class holds what is at most its limit. */
function bySteps(
  property: string,
  steps: readonly (readonly [number, FeatureClass])[],
  other: FeatureClass,
): ResultStyle {
  return {
    classes: [...steps.map(([, item]) => item), other],
    classOf: (properties) => {
      const value = Number(properties[property]);
      if (!Number.isFinite(value)) return other;
      return steps.find(([limit]) => value <= limit)?.[1] ?? other;
    },
  };
}

function buildings(): ResultStyle {
  return byClassId(
    [
      solid('101', m.map_class_apartments(), [215, 25, 28]),
      solid('102', m.map_class_house(), [246, 144, 83]),
      solid('103', m.map_class_industrial(), [221, 0, 255]),
      solid('104', m.map_class_commercial(), [166, 102, 222]),
      solid('105', m.map_class_other_buildings(), [157, 195, 87]),
    ],
    solid('building', m.map_class_building(), [43, 131, 186]),
  );
}

function buildingHeights(): ResultStyle {
  const shades: readonly (readonly [number, Rgb, number])[] = [
    [3, [255, 217, 3], 0.21],
    [10, [255, 205, 3], 0.27],
    [20, [255, 192, 2], 0.34],
    [40, [255, 180, 2], 0.4],
    [60, [255, 167, 1], 0.47],
    [80, [255, 139, 1], 0.53],
    [100, [255, 112, 0], 0.6],
    [Infinity, [255, 93, 4], 0.85],
  ];
  const steps = shades.map(([limit, rgb, alpha]): readonly [number, FeatureClass] => {
    const label =
      limit === Infinity ? m.map_over_metres({ value: 100 }) : m.map_up_to_metres({ value: limit });
    return [limit, { ...solid(String(limit), label, rgb, alpha), stroke: [255, 35, 35, 1] }];
  });
  return bySteps('building_height', steps, solid('building', m.map_class_building(), [43, 131, 186]));
}

const forestGreen: Rgb = [103, 213, 60];

function forest(): ResultStyle {
  return single({ ...solid('forest', m.map_class_forest(), forestGreen, 0.9), hatch: true });
}

function forestHeights(): ResultStyle {
  return byClassId(
    [
      solid('00m-04m', m.map_up_to_metres({ value: 4 }), [48, 115, 247], 0.4),
      solid('04m-10m', m.map_between_metres({ low: 4, high: 10 }), [103, 186, 101], 0.4),
      solid('10m-99m', m.map_over_metres({ value: 10 }), [255, 202, 66], 0.4),
    ],
    { ...solid('forest', m.map_class_forest(), forestGreen, 0.9), hatch: true },
  );
}

function roads(): ResultStyle {
  return single({ ...solid('roads', m.map_class_roads(), [255, 182, 71], 0.42), stroke: [255, 110, 35, 1] });
}

function construction(): ResultStyle {
  return single(solid('construction', m.map_class_construction(), [255, 0, 170]));
}

function plain(): ResultStyle {
  return single(solid('feature', m.map_class_feature(), [231, 113, 72], 0.49));
}

/** The style that the server names for a result (`styleName`); a name that is not known gets the plain one. */
export function resultStyle(styleName: string): ResultStyle {
  switch (styleName) {
    case 'buildings':
      return buildings();
    case 'buildings_noclass':
      return single(solid('building', m.map_class_building(), [43, 131, 186]));
    case 'building_heights':
    case 'building_heights_class':
      return buildingHeights();
    case 'forest':
      return forest();
    case 'forest_with_heights':
      return forestHeights();
    case 'roads':
      return roads();
    case 'construction':
      return construction();
    default:
      return plain();
  }
}
