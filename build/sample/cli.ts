import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { generateScene, type SceneOptions } from './generate';
import type { JpegEncoder, SampleCompression } from './geotiff';

const USAGE = `Draws a synthetic orthophoto with its truth.

  node dist/sample/sample.mjs --out DIR [--width PX] [--height PX] [--gsd M] [--seed N] [--epsg CODE]
                              [--compression deflate|none|jpeg] [--tile-size PX] [--name STEM] [--no-truth]
`;

const { values } = parseArgs({
  options: {
    out: { type: 'string' },
    width: { type: 'string', default: '4096' },
    height: { type: 'string', default: '4096' },
    gsd: { type: 'string', default: '0.3' },
    seed: { type: 'string', default: '1' },
    epsg: { type: 'string', default: '32633' },
    compression: { type: 'string', default: 'deflate' },
    'tile-size': { type: 'string', default: '512' },
    name: { type: 'string', default: 'sample' },
    'no-truth': { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (values.help || !values.out) {
  process.stdout.write(USAGE);
  process.exit(values.help ? 0 : 2);
}

const out = values.out;
mkdirSync(out, { recursive: true });
const path = join(out, `${values.name}.tif`);
const truthPath = join(out, `${values.name}.geojson`);
const started = Date.now();
let told = started;
const options: SceneOptions = {
  path,
  ...(values['no-truth'] ? {} : { truthPath }),
  width: Number(values.width),
  height: Number(values.height),
  gsd: Number(values.gsd),
  seed: Number(values.seed),
  epsg: Number(values.epsg),
  tileSize: Number(values['tile-size']),
  compression: values.compression as SampleCompression,
  ...(values.compression === 'jpeg' ? { encodeJpeg: await jpegEncoder() } : {}),
  onProgress: ({ tiles, of }) => {
    if (Date.now() - told < 2000) return;
    told = Date.now();
    process.stderr.write(`${tiles} of ${of} tiles, ${Math.round((told - started) / 1000)} s\n`);
  },
};
const made = await generateScene(options);
const seconds = (Date.now() - started) / 1000;
const rate = (options.width * options.height) / 1e6 / seconds;
process.stderr.write(`${path}: ${made.bytes} bytes in ${seconds.toFixed(1)} s, ${rate.toFixed(1)} Mpx/s\n`);
process.stdout.write(
  `${JSON.stringify({ path, truthPath: values['no-truth'] ? null : truthPath, ...made })}\n`,
);

async function jpegEncoder(): Promise<JpegEncoder> {
  const { compress, FORMAT_RGB, SAMP_420 } = (await import('@julusian/jpeg-turbo')).default;
  return (rgb, size) =>
    compress(Buffer.from(rgb.buffer, rgb.byteOffset, rgb.byteLength), {
      format: FORMAT_RGB,
      width: size,
      height: size,
      subsampling: SAMP_420,
      quality: 85,
    });
}
