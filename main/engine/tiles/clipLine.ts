type Point = readonly [number, number];

/** The pieces of a line inside the square [low, high]². Source: Liang and Barsky, 1984, for each segment. */
export function clipLine(line: readonly Point[], low: number, high: number): [number, number][][] {
  const pieces: [number, number][][] = [];
  let piece: [number, number][] = [];
  for (let i = 1; i < line.length; i++) {
    const [from, to] = [line[i - 1]!, line[i]!];
    const shares = insideShares(from, to, low, high);
    if (!shares) continue;
    const [enter, leave] = shares;
    if (piece.length === 0 || enter > 0) {
      piece = [between(from, to, enter)];
      pieces.push(piece);
    }
    piece.push(between(from, to, leave));
    if (leave < 1) piece = [];
  }
  return pieces;
}

function between(from: Point, to: Point, share: number): [number, number] {
  return [from[0] + share * (to[0] - from[0]), from[1] + share * (to[1] - from[1])];
}

/** From where to where a segment is inside, 0–1; null where it is not. */
function insideShares(from: Point, to: Point, low: number, high: number): readonly [number, number] | null {
  let [enter, leave] = [0, 1];
  for (const axis of [0, 1] as const) {
    const step = to[axis] - from[axis];
    if (step === 0) {
      if (from[axis] < low || from[axis] > high) return null;
      continue;
    }
    const [one, other] = [(low - from[axis]) / step, (high - from[axis]) / step];
    enter = Math.max(enter, Math.min(one, other));
    leave = Math.min(leave, Math.max(one, other));
  }
  return enter <= leave ? [enter, leave] : null;
}
