import { crc32, deflateSync } from 'node:zlib';
import { mark, side } from './mark.mjs';

/** The mark as a PNG file of `pixels` x `pixels`, RGBA, with smooth edges. */
export function png(/** @type {number} */ pixels) {
  return encode(draw(pixels), pixels);
}

/**
 * Paints the shapes back to front. How much of a pixel a shape covers follows from the signed distance of the pixel's
 * centre to the shape's edge, which gives smooth edges without sampling a pixel many times.
 */
function draw(/** @type {number} */ pixels) {
  const unit = side / pixels;
  const image = new Uint8Array(pixels * pixels * 4);
  for (const shape of mark(pixels)) {
    const rgb = rgbOf(shape.color);
    const [x0, y0, x1, y1] = /** @type {[number, number, number, number]} */ (
      boundsOf(shape).map((value) => value / unit)
    );
    for (let row = Math.max(0, Math.floor(y0) - 1); row < Math.min(pixels, y1 + 1); row++) {
      for (let column = Math.max(0, Math.floor(x0) - 1); column < Math.min(pixels, x1 + 1); column++) {
        const opacity = alpha(shape, (column + 0.5) * unit, (row + 0.5) * unit, unit);
        over(image, (row * pixels + column) * 4, rgb, opacity);
      }
    }
  }
  return image;
}

/** Left, top, right and bottom of a shape. @returns {[number, number, number, number]} */
function boundsOf(/** @type {import('./mark.mjs').Shape} */ shape) {
  switch (shape.kind) {
    case 'box':
      return [shape.x, shape.y, shape.x + shape.width, shape.y + shape.height];
    case 'dot':
      return [shape.x - shape.radius, shape.y - shape.radius, shape.x + shape.radius, shape.y + shape.radius];
    case 'ring': {
      const xs = shape.points.map(([x]) => x);
      const ys = shape.points.map(([, y]) => y);
      const reach = shape.stroke / 2;
      return [
        Math.min(...xs) - reach,
        Math.min(...ys) - reach,
        Math.max(...xs) + reach,
        Math.max(...ys) + reach,
      ];
    }
  }
}

/** Opacity of a shape at a point, 0 to 1; `unit` is the size of a pixel. */
function alpha(
  /** @type {import('./mark.mjs').Shape} */ shape,
  /** @type {number} */ x,
  /** @type {number} */ y,
  /** @type {number} */ unit,
) {
  const cover = (/** @type {number} */ distance) => Math.min(1, Math.max(0, 0.5 - distance / unit));
  switch (shape.kind) {
    case 'box':
      return cover(boxDistance(shape, x, y));
    case 'dot':
      return cover(Math.hypot(x - shape.x, y - shape.y) - shape.radius);
    case 'ring': {
      const distance = ringDistance(shape.points, x, y);
      const line = cover(Math.abs(distance) - shape.stroke / 2);
      return Math.max(line, cover(distance) * shape.fill);
    }
  }
}

/** Signed distance to a rectangle with round corners, negative inside. */
function boxDistance(
  /** @type {import('./mark.mjs').Box} */ box,
  /** @type {number} */ x,
  /** @type {number} */ y,
) {
  const dx = Math.abs(x - box.x - box.width / 2) - box.width / 2 + box.radius;
  const dy = Math.abs(y - box.y - box.height / 2) - box.height / 2 + box.radius;
  return Math.min(Math.max(dx, dy), 0) + Math.hypot(Math.max(dx, 0), Math.max(dy, 0)) - box.radius;
}

/** Signed distance to a polygon's edge, negative inside (even-odd). */
function ringDistance(
  /** @type {[number, number][]} */ points,
  /** @type {number} */ x,
  /** @type {number} */ y,
) {
  let nearest = Infinity;
  let inside = false;
  points.forEach(([x0, y0], index) => {
    const [x1, y1] = points[(index + 1) % points.length] ?? [x0, y0];
    const along = ((x - x0) * (x1 - x0) + (y - y0) * (y1 - y0)) / ((x1 - x0) ** 2 + (y1 - y0) ** 2);
    const t = Math.min(1, Math.max(0, along));
    nearest = Math.min(nearest, Math.hypot(x - x0 - t * (x1 - x0), y - y0 - t * (y1 - y0)));
    if (y0 > y !== y1 > y && x < x0 + ((y - y0) / (y1 - y0)) * (x1 - x0)) inside = !inside;
  });
  return inside ? -nearest : nearest;
}

/** Puts a colour over a pixel that is not premultiplied. */
function over(
  /** @type {Uint8Array} */ image,
  /** @type {number} */ at,
  /** @type {number[]} */ rgb,
  /** @type {number} */ opacity,
) {
  if (opacity === 0) return;
  const below = (image[at + 3] ?? 0) / 255;
  const total = opacity + below * (1 - opacity);
  for (let band = 0; band < 3; band++) {
    const value = (rgb[band] ?? 0) * opacity + (image[at + band] ?? 0) * below * (1 - opacity);
    image[at + band] = Math.round(value / total);
  }
  image[at + 3] = Math.round(total * 255);
}

const rgbOf = (/** @type {string} */ color) =>
  [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16));

/** PNG, 8 bits RGBA, no filter (https://www.w3.org/TR/png-3/). */
function encode(/** @type {Uint8Array} */ image, /** @type {number} */ pixels) {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(pixels, 0);
  header.writeUInt32BE(pixels, 4);
  header.set([8, 6, 0, 0, 0], 8);
  const rows = Buffer.alloc(pixels * (pixels * 4 + 1));
  for (let row = 0; row < pixels; row++) {
    rows.set(image.subarray(row * pixels * 4, (row + 1) * pixels * 4), row * (pixels * 4 + 1) + 1);
  }
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(/** @type {string} */ type, /** @type {Buffer} */ data) {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const check = Buffer.alloc(4);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}
