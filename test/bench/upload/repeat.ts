/** The middle value; of an even number the upper one of the two. */
export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN;
}

/** Seconds that work takes. */
export async function seconds(work: () => Promise<unknown> | void): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

/** Contenders take turns, so that a busy moment hits them all. What each found, in the order of its turns. */
export async function inTurns(
  rounds: number,
  contenders: readonly (() => Promise<number>)[],
): Promise<number[][]> {
  const found: number[][] = contenders.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (const [i, contender] of contenders.entries()) found[i]?.push(await contender());
  }
  return found;
}
