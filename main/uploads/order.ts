interface Placed {
  readonly id: string;
  readonly position: number;
}

/** The uploads of a queue that change places when one of them comes before another, or last, with their new places. */
export function reordered(queue: readonly Placed[], moved: string, before: string | null): readonly Placed[] {
  const upload = queue.find(({ id }) => id === moved);
  if (!upload || before === moved) return [];
  const others = queue.filter((other) => other !== upload);
  const at = before === null ? -1 : others.findIndex(({ id }) => id === before);
  others.splice(at < 0 ? others.length : at, 0, upload);
  return others
    .map(({ id, position }, index) => ({ id, was: position, position: queue[index]?.position ?? position }))
    .filter(({ was, position }) => was !== position);
}
