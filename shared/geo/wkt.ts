/** A node of well-known text: `KEYWORD["text", 1.5, CHILD[…]]`. */
export interface WktNode {
  /** Upper case. */
  readonly keyword: string;
  readonly values: readonly (string | number | WktNode)[];
}

const MAX_DEPTH = 32;

/**
 * Parses well-known text of any edition (OGC 01-009, ISO 19162, ESRI's). ESRI puts a vertical system behind a comma; what
 * follows the first node is left out. Null where the text is not well formed.
 */
export function parseWkt(text: string): WktNode | null {
  const state = { text, at: 0 };
  const node = readNode(state, 0);
  skipSpace(state);
  return node && (state.at === text.length || text[state.at] === ',') ? node : null;
}

interface State {
  readonly text: string;
  at: number;
}

function readNode(state: State, depth: number): WktNode | null {
  const keyword = take(state, /\s*([A-Za-z_][A-Za-z0-9_]*)\s*/y);
  if (keyword === null || depth > MAX_DEPTH) return null;
  const open = take(state, /([[(])\s*/y);
  if (open === null) return { keyword: keyword.toUpperCase(), values: [] };
  const values: (string | number | WktNode)[] = [];
  for (;;) {
    const value = readValue(state, depth);
    if (value === null) return null;
    values.push(value);
    if (take(state, /\s*(,)\s*/y) !== null) continue;
    return take(state, /\s*([\])])/y) === null ? null : { keyword: keyword.toUpperCase(), values };
  }
}

function readValue(state: State, depth: number): string | number | WktNode | null {
  const quoted = take(state, /"((?:[^"]|"")*)"/y);
  if (quoted !== null) return quoted.replaceAll('""', '"');
  const number = take(state, /([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)/y);
  return number === null ? readNode(state, depth + 1) : Number(number);
}

function take(state: State, pattern: RegExp): string | null {
  pattern.lastIndex = state.at;
  const match = pattern.exec(state.text);
  if (!match) return null;
  state.at = pattern.lastIndex;
  return match[1] ?? null;
}

function skipSpace(state: State): void {
  while (/\s/.test(state.text[state.at] ?? '')) state.at++;
}

/** The first child of one of the keywords. */
export function childOf(node: WktNode, ...keywords: string[]): WktNode | undefined {
  return childrenOf(node).find((child) => keywords.includes(child.keyword));
}

export function childrenOf(node: WktNode): WktNode[] {
  return node.values.filter((value): value is WktNode => typeof value === 'object');
}

/** The first quoted text: a name. */
export function nameOf(node: WktNode | undefined): string {
  const name = node?.values[0];
  return typeof name === 'string' ? name : '';
}

export function numberAt(node: WktNode | undefined, index: number): number | undefined {
  const value = node?.values[index];
  return typeof value === 'number' ? value : undefined;
}
