import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dist, inRoot } from './places.mjs';
import { step } from './say.mjs';

const target = join(dist, 'icons');
const stamp = join(dist, '.stamps', 'icons');
const sizes = [16, 24, 32, 48, 64, 128, 256, 512, 1024];
/** Windows reads no larger one. */
const largestIco = 256;

/** Draws the program's icon in every size and form into dist/icons when its drawing changed. */
export async function ensureIcons() {
  const hash = createHash('sha1');
  const folder = inRoot('build', 'icons');
  for (const name of readdirSync(folder).sort()) hash.update(readFileSync(join(folder, name)));
  const digest = hash.digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return;
  await step('drawing the icons', async () => {
    const [{ png }, { svg }, { ico, icns }] = await Promise.all([
      import('../icons/png.mjs'),
      import('../icons/svg.mjs'),
      import('../icons/containers.mjs'),
    ]);
    mkdirSync(target, { recursive: true });
    const pictures = sizes.map((pixels) => ({ pixels, png: png(pixels) }));
    for (const picture of pictures) {
      writeFileSync(join(target, `${picture.pixels}x${picture.pixels}.png`), picture.png);
    }
    writeFileSync(join(target, 'icon.svg'), svg());
    writeFileSync(join(target, 'icon.ico'), ico(pictures.filter(({ pixels }) => pixels <= largestIco)));
    writeFileSync(join(target, 'icon.icns'), icns(pictures));
  });
  mkdirSync(join(dist, '.stamps'), { recursive: true });
  writeFileSync(stamp, digest);
}
