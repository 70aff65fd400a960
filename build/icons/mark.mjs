/**
 * The mark of the program: a raster of map tiles with the outline of one building drawn over it. Described once, in units
 * of a 1024 x 1024 square, as a list of shapes from back to front; `svg.mjs` and `png.mjs` draw it.
 *
 * @typedef {{ kind: 'box', x: number, y: number, width: number, height: number, radius: number, color: string }} Box
 * @typedef {{ kind: 'ring', points: [number, number][], stroke: number, color: string, fill: number }} Ring
 * `fill` is the opacity of the ring's inside.
 * @typedef {{ kind: 'dot', x: number, y: number, radius: number, color: string }} Dot
 * @typedef {Box | Ring | Dot} Shape
 */

export const side = 1024;

const ground = '#12293d';
const accent = '#ffb347';
const light = '#fff4e2';
/** Fields, woods, water and bare ground, as an orthophoto shows them from far. */
const tiles = [
  ['#3f8f6b', '#57a878', '#7dbd83', '#4f9d8f'],
  ['#358061', '#4d9b72', '#a9c48a', '#5fb3a3'],
  ['#2f7a70', '#44937a', '#6cb387', '#c9cf9a'],
  ['#2b6f7d', '#3a8a86', '#59a58b', '#8fbf8c'],
];

/** Few tiles and a bold outline where there are few pixels. */
const coarse = 32;

/** @returns {Shape[]} the mark as it is drawn at a size in pixels */
export function mark(/** @type {number} */ pixels) {
  const small = pixels <= coarse;
  const count = small ? 2 : 4;
  const margin = small ? 96 : 132;
  const gap = small ? 56 : 26;
  const edge = (side - 2 * margin - (count - 1) * gap) / count;
  /** @type {Shape[]} */
  const shapes = [{ kind: 'box', x: 0, y: 0, width: side, height: side, radius: 214, color: ground }];
  for (let row = 0; row < count; row++) {
    for (let column = 0; column < count; column++) {
      const color = tiles[row * (4 / count)]?.[column * (4 / count)] ?? ground;
      shapes.push({
        kind: 'box',
        x: margin + column * (edge + gap),
        y: margin + row * (edge + gap),
        width: edge,
        height: edge,
        radius: small ? 48 : 30,
        color,
      });
    }
  }
  /** @type {[number, number][]} */
  const outline = [
    [312, 300],
    [712, 300],
    [712, 500],
    [548, 500],
    [548, 724],
    [312, 724],
  ];
  shapes.push({
    kind: 'ring',
    points: outline,
    stroke: small ? 92 : 46,
    color: accent,
    fill: small ? 0.55 : 0.3,
  });
  if (!small) for (const [x, y] of outline) shapes.push({ kind: 'dot', x, y, radius: 40, color: light });
  return shapes;
}
