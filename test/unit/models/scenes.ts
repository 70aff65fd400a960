import type { Networks, PixelSource, RgbWindow } from '../../../main/engine/models/index';
import type { PixelWindow } from '@shared/tiff/types';

/** A deterministic generator of numbers in [0, 1). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** For detectors that ask no network. */
export const noNetworks: Networks = { run: () => Promise.reject(new Error('no network was expected')) };

/** Networks that find everything as likely, in sixteenths. */
export const networksSaying = (likelihood: number): Networks => ({
  run: (_weights, { red }) => Promise.resolve(new Uint8Array(red.length).fill(likelihood << 4)),
});

export type Colour = readonly [number, number, number];

/** Paints a picture from a function of pixel position; `valid` defaults to everywhere. */
export function paint(
  width: number,
  height: number,
  colour: (x: number, y: number) => Colour,
  valid: (x: number, y: number) => boolean = () => true,
): RgbWindow {
  const size = width * height;
  const picture = {
    width,
    height,
    red: new Uint8Array(size),
    green: new Uint8Array(size),
    blue: new Uint8Array(size),
    valid: new Uint8Array(size),
  };
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [red, green, blue] = colour(x, y).map((value) => Math.max(0, Math.min(255, Math.round(value))));
      const i = y * width + x;
      picture.red[i] = red!;
      picture.green[i] = green!;
      picture.blue[i] = blue!;
      picture.valid[i] = valid(x, y) ? 1 : 0;
    }
  }
  return picture;
}

export function crop(picture: RgbWindow, window: PixelWindow): RgbWindow {
  const cut = (band: Uint8Array): Uint8Array => {
    const out = new Uint8Array(window.width * window.height);
    for (let y = 0; y < window.height; y++) {
      const from = (window.y + y) * picture.width + window.x;
      out.set(band.subarray(from, from + window.width), y * window.width);
    }
    return out;
  };
  return {
    width: window.width,
    height: window.height,
    red: cut(picture.red),
    green: cut(picture.green),
    blue: cut(picture.blue),
    valid: cut(picture.valid),
  };
}

export function sourceOf(
  picture: RgbWindow,
  gsd: number,
  colour: PixelSource['colour'] = 'rgb',
): PixelSource {
  const { width, height } = picture;
  return { width, height, gsd, colour, read: (window) => Promise.resolve(crop(picture, window)) };
}

/** Round crowns with leaves of light and shade on bare soil, positions and leaves by seed. */
export function grove(
  width: number,
  height: number,
  seed: number,
): { picture: RgbWindow; crowns: Uint8Array } {
  const random = randomFrom(seed);
  const trees = Array.from({ length: Math.ceil((width * height) / 4000) }, () => ({
    x: random() * width,
    y: random() * height,
    radius: 8 + random() * 10,
  }));
  const crowns = new Uint8Array(width * height);
  for (const { x, y, radius } of trees) {
    for (let row = Math.max(0, Math.ceil(y - radius)); row < Math.min(height, y + radius); row++) {
      const half = Math.sqrt(Math.max(0, radius * radius - (row - y) * (row - y)));
      const from = Math.max(0, Math.ceil(x - half));
      const to = Math.max(from, Math.min(width, Math.ceil(x + half)));
      crowns.fill(1, row * width + from, row * width + to);
    }
  }
  const picture = paint(width, height, (x, y) => {
    const grain = random();
    if (!crowns[y * width + x]) return [150 + 20 * grain, 135 + 20 * grain, 115 + 20 * grain];
    const light = (Math.floor(x / 3) * 7 + Math.floor(y / 3) * 13) % 5 < 2 ? 0.6 : 1;
    return [70 * light + 10 * grain, 105 * light + 10 * grain, 55 * light + 10 * grain];
  });
  return { picture, crowns };
}
