/**
 * What a building is for, told by its size, its shape and what stands around it: rules, nothing learned. Each class has marks from 0
 * to 1 of how well the measures fit it; the best one is the class, and its share of all marks, scaled by how well it fits, is the
 * confidence. `docs/models.md` has the rules as a table.
 */
import type { Measures } from './measures';

/** The service's classes of buildings. */
export const buildingClasses = {
  apartment: '101',
  house: '102',
  industrial: '103',
  commercial: '104',
  other: '105',
} as const;
export type BuildingClass = keyof typeof buildingClasses;

export interface Classified {
  readonly classId: string;
  /** 0–1 */
  readonly confidence: number;
}

/** 0 up to `from`, 1 from `to` on, straight between; falling where `from` is the larger. */
function ramp(value: number, from: number, to: number): number {
  return Math.min(1, Math.max(0, (value - from) / (to - from)));
}

/** 1 between the two in the middle, falling to 0 at the outer ones. */
function plateau(value: number, [from, low, high, to]: readonly [number, number, number, number]): number {
  return Math.min(ramp(value, from, low), ramp(value, to, high));
}

/** How well a height fits, where one is known. */
function tall({ height }: Measures, fits: (metres: number) => number): number {
  return height === undefined ? 1 : fits(height);
}

/** Marks of each class, 0–1. */
const marks: Readonly<Record<BuildingClass, (m: Measures) => number>> = {
  // One family's: a few rooms deep, of one to three storeys.
  house: (m) =>
    plateau(m.area, [12, 30, 260, 550]) *
    ramp(m.width, 26, 16) *
    tall(m, (height) => 0.25 + 0.75 * ramp(height, 16, 11)) *
    // A hut beside something far larger is an outbuilding of it.
    (m.area < 40 && m.beside > 3 * m.area ? 0.35 : 1),
  // Flats: long, as deep as daylight reaches from both sides, often around courts or in rows of their like.
  apartment: (m) =>
    plateau(m.area, [220, 450, 3000, 8000]) *
    plateau(m.holes > 0 ? 14 : m.width * m.fill, [6, 9, 19, 28]) *
    (0.55 + 0.25 * ramp(m.length / Math.max(m.width, 1), 1.2, 2.5) + 0.2 * ramp(m.neighbours, 0, 4)) *
    tall(m, (height) => 0.2 + 0.8 * ramp(height, 6, 12)),
  // Halls: wide, plain, low, without courts, among their like or alone.
  industrial: (m) =>
    (m.holes > 0 ? 0.4 : 1) *
    ramp(m.area, 500, 1800) *
    ramp(m.width, 17, 28) *
    ramp(m.fill, 0.55, 0.85) *
    (0.6 + 0.4 * (m.neighbours === 0 ? 1 : ramp(m.around, 100, 500))) *
    tall(m, (height) => 0.3 + 0.7 * ramp(height, 25, 14)),
  // Shops and offices: wide buildings within a town, among smaller ones.
  commercial: (m) =>
    plateau(m.area, [220, 500, 6000, 20000]) *
    ramp(m.width, 12, 20) *
    (0.35 + 0.35 * ramp(m.neighbours, 2, 12) + 0.2 * (1 - ramp(m.fill, 0.6, 0.95))) *
    tall(m, (height) => 0.5 + 0.5 * ramp(height, 3, 6)),
  // Sheds and garages, and what is like nothing else.
  other: (m) =>
    Math.max(
      ramp(m.area, 40, 18),
      m.beside > 3 * m.area ? 0.8 * ramp(m.area, 60, 25) : 0,
      0.45 * ramp(m.area, 250, 600) * ramp(m.fill, 0.6, 0.4),
      0.2,
    ),
};

export function classify(measures: Measures): Classified {
  const all = (Object.keys(marks) as BuildingClass[]).map((name) => ({ name, mark: marks[name](measures) }));
  const best = all.reduce((one, other) => (other.mark > one.mark ? other : one));
  const sum = all.reduce((total, { mark }) => total + mark, 0);
  return { classId: buildingClasses[best.name], confidence: best.mark * (best.mark / sum) };
}

/** OpenStreetMap's values of `building=*` that say what a building is for. Source: its wiki, Key:building. */
const ofTag: Readonly<Record<BuildingClass, readonly string[]>> = {
  apartment: ['apartments', 'residential', 'dormitory'],
  house: ['house', 'detached', 'semidetached_house', 'terrace', 'bungalow', 'hut', 'cabin', 'farm'],
  industrial: ['industrial', 'warehouse', 'manufacture', 'hangar'],
  commercial: ['commercial', 'retail', 'office', 'supermarket', 'kiosk', 'hotel'],
  other: [
    'school',
    'hospital',
    'church',
    'mosque',
    'temple',
    'public',
    'civic',
    'government',
    'university',
    'kindergarten',
    'garage',
    'garages',
    'shed',
    'barn',
    'outbuilding',
    'greenhouse',
    'roof',
    'service',
    'farm_auxiliary',
    'train_station',
  ],
};

/** The class that mappers have given a building; null where their tag does not tell. */
export function classOfTag(building: string): string | null {
  const found = (Object.keys(ofTag) as BuildingClass[]).find((name) => ofTag[name].includes(building));
  return found ? buildingClasses[found] : null;
}
