/** The resolutions that a model works with, in metres a pixel. */
export interface ModelRange {
  /** Part of the model's name, which is how the service tells its models apart too. */
  readonly name: RegExp;
  /** What a person calls it. */
  readonly label: string;
  readonly finest: number;
  readonly coarsest: number;
  readonly recommended: number;
}

/** The one table of `live-service-facts.md` §6; the server names no ranges itself. First match counts. */
const modelRanges: readonly ModelRange[] = [
  { name: /crown/i, label: 'Tree crowns', finest: 0.15, coarsest: 0.3, recommended: 0.3 },
  { name: /forest|tree/i, label: 'Forest and trees', finest: 0.15, coarsest: 0.75, recommended: 0.5 },
  { name: /construction/i, label: 'Constructions', finest: 0.5, coarsest: 2, recommended: 0.5 },
  { name: /road/i, label: 'Roads', finest: 0.1, coarsest: 1.2, recommended: 0.5 },
  { name: /building|house/i, label: 'Buildings', finest: 0.3, coarsest: 1.5, recommended: 0.5 },
];

/** The range of a model by its name as the server writes it, emoji and all; null for one that is not in the table. */
export function rangeOfModel(name: string): ModelRange | null {
  return modelRanges.find((range) => range.name.test(name)) ?? null;
}

/** Names of the models that the table knows, for an account whose own are not known. */
export const rangedModels: readonly string[] = modelRanges.map(({ label }) => label);
