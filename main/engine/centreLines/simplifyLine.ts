/**
 * The line without points that are nearer than `tolerance` to what remains; its ends stay. x0, y0, x1, y1, … Source: Douglas and
 * Peucker, 1973. A line that ends where it begins keeps the point farthest from there.
 */
export function simplifyLine(points: readonly number[], tolerance: number): number[] {
  const count = points.length / 2;
  const keep = new Uint8Array(count);
  keep[0] = keep[count - 1] = 1;
  const waiting = [0, count - 1];
  while (waiting.length > 0) {
    const to = waiting.pop()!;
    const from = waiting.pop()!;
    const { index, distance } = farthest(points, from, to);
    if (distance <= tolerance) continue;
    keep[index] = 1;
    waiting.push(from, index, index, to);
  }
  return points.filter((_, i) => keep[i >> 1] === 1);
}

function farthest(
  points: readonly number[],
  from: number,
  to: number,
): { readonly index: number; readonly distance: number } {
  const [x0, y0] = [points[2 * from]!, points[2 * from + 1]!];
  const dx = points[2 * to]! - x0;
  const dy = points[2 * to + 1]! - y0;
  const squared = dx * dx + dy * dy;
  let [index, distance] = [from, -1];
  for (let i = from + 1; i < to; i++) {
    const x = points[2 * i]! - x0;
    const y = points[2 * i + 1]! - y0;
    const share = squared === 0 ? 0 : Math.min(1, Math.max(0, (x * dx + y * dy) / squared));
    const away = Math.hypot(x - share * dx, y - share * dy);
    if (away > distance) [index, distance] = [i, away];
  }
  return { index, distance };
}
