/** `block_not_available` -> `BlockNotAvailable`, the way the service writes its codes. */
export function snakeToPascal(name: string): string {
  return name
    .split('_')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
}
