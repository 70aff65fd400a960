/** Room for the error of adding up lengths, in device pixels. */
const dust = 0.01;

/**
 * Lays an element into its parent so that it begins and ends on whole pixels of the screen. Docks that share a window by
 * percentages leave fractions, and a map that begins between two pixels would be blurred throughout. For `use:`; the
 * parent must be positioned.
 */
export function wholePixels(element: HTMLElement): { destroy(): void } {
  const parent = element.parentElement;
  const fit = (): void => {
    if (!parent) return;
    const { left, top, right, bottom } = parent.getBoundingClientRect();
    const [x, width] = whole(left, right);
    const [y, height] = whole(top, bottom);
    Object.assign(element.style, {
      left: `${x - left}px`,
      top: `${y - top}px`,
      width: `${width}px`,
      height: `${height}px`,
    });
  };
  const observer = new ResizeObserver(fit);
  if (parent) observer.observe(parent);
  fit();
  return { destroy: () => observer.disconnect() };
}

/** Where a stretch that lies between two places begins on the screen's pixels, and its length; CSS pixels. */
function whole(from: number, to: number): [number, number] {
  const ratio = window.devicePixelRatio;
  const begin = Math.ceil(from * ratio - dust);
  const end = Math.max(begin, Math.floor(to * ratio + dust));
  return [begin / ratio, (end - begin) / ratio];
}
