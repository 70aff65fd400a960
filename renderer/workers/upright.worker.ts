import { pictureOf, type RawPicture } from './upright';

/** Answers each raw picture, in order, with a bitmap, and gives its memory back. */
self.addEventListener('message', ({ data }: MessageEvent<RawPicture>) => {
  void pictureOf(data).then((bitmap) =>
    self.postMessage({ bitmap, pixels: data.pixels }, { transfer: [bitmap, data.pixels.buffer] }),
  );
});
