/** @typedef {{ pixels: number, png: Buffer }} Picture */

/** A Windows icon that holds PNG pictures: a 6-byte header, a 16-byte entry for each picture, the pictures. */
export function ico(/** @type {Picture[]} */ pictures) {
  const head = Buffer.alloc(6 + 16 * pictures.length);
  head.writeUInt16LE(1, 2);
  head.writeUInt16LE(pictures.length, 4);
  let offset = head.length;
  pictures.forEach(({ pixels, png }, index) => {
    const at = 6 + 16 * index;
    // 0 stands for 256.
    head.writeUInt8(pixels % 256, at);
    head.writeUInt8(pixels % 256, at + 1);
    head.writeUInt16LE(1, at + 4);
    head.writeUInt16LE(32, at + 6);
    head.writeUInt32LE(png.length, at + 8);
    head.writeUInt32LE(offset, at + 12);
    offset += png.length;
  });
  return Buffer.concat([head, ...pictures.map((picture) => picture.png)]);
}

/** Types of PNG pictures in Apple's icon format, by side in pixels. @type {Record<number, string>} */
const icnsTypes = { 128: 'ic07', 256: 'ic08', 512: 'ic09', 1024: 'ic10' };

/** An Apple icon: blocks of a four-letter type, a length that counts its own eight bytes, and a PNG picture. */
export function icns(/** @type {Picture[]} */ pictures) {
  const block = (/** @type {string} */ type, /** @type {Buffer} */ data) => {
    const head = Buffer.alloc(8);
    head.write(type, 'latin1');
    head.writeUInt32BE(data.length + 8, 4);
    return Buffer.concat([head, data]);
  };
  const blocks = pictures.flatMap(({ pixels, png }) => {
    const type = icnsTypes[pixels];
    return type ? [block(type, png)] : [];
  });
  return block('icns', Buffer.concat(blocks));
}
