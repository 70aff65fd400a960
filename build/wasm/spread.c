/*
 * JFIF's YCbCr to RGB of a picture whose colours are spread over it first: the loop that takes longest when overviews of a JPEG
 * raster are built. Whole numbers only, the same for every width. Works in a memory of which it owns nothing: no globals, no stack.
 */
#include <stdint.h>
#include <wasm_simd128.h>

/* Whole numbers with 20 bits of fraction; colours come in parts of 64. See half.ts. */
enum { BITS = 20, ROUND = (1 << 19) + (1 << 17), ZERO = 128 * 64 };
enum { RED = 22970, GREEN_BLUE = 5638, GREEN_RED = 11700, BLUE = 29032 };

/* Six parts of a sample and one each of those above and below it, for the second (`shift` 8) or third (16) byte of pixels. */
static inline void down(const uint32_t *at, const uint32_t *above, const uint32_t *below, uint16_t *to, int width, int shift) {
  for (int x = 0; x < width; x++)
    to[x] = (uint16_t)(6 * ((at[x] >> shift) & 255) + ((above[x] >> shift) & 255) + ((below[x] >> shift) & 255));
  to[-1] = to[0];
  to[width] = to[width - 1];
}

static inline int32_t across(const uint16_t *v, int x) { return 6 * v[x] + v[x - 1] + v[x + 1] - ZERO; }

static inline uint8_t clamped(int32_t value) {
  value >>= BITS;
  return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
}

/* R, G and B of 16 pixels, one after another. */
static inline void interleave(v128_t r, v128_t g, v128_t b, uint8_t *out) {
  v128_t rg = wasm_i8x16_shuffle(r, g, 0, 16, 0, 1, 17, 1, 2, 18, 2, 3, 19, 3, 4, 20, 4, 5);
  wasm_v128_store(out, wasm_i8x16_shuffle(rg, b, 0, 1, 16, 3, 4, 17, 6, 7, 18, 9, 10, 19, 12, 13, 20, 15));
  rg = wasm_i8x16_shuffle(r, g, 21, 0, 6, 22, 0, 7, 23, 0, 8, 24, 0, 9, 25, 0, 10, 26);
  wasm_v128_store(out + 16, wasm_i8x16_shuffle(rg, b, 0, 21, 2, 3, 22, 5, 6, 23, 8, 9, 24, 11, 12, 25, 14, 15));
  rg = wasm_i8x16_shuffle(r, g, 0, 11, 27, 0, 12, 28, 0, 13, 29, 0, 14, 30, 0, 15, 31, 0);
  wasm_v128_store(out + 32, wasm_i8x16_shuffle(rg, b, 26, 1, 2, 27, 4, 5, 28, 7, 8, 29, 10, 11, 30, 13, 14, 31));
}

/* `stored`: four bytes a pixel, of which the fourth means nothing. `out`: three. `scratch`: 7 * width + 64 bytes, even. */
__attribute__((export_name("spread")))
void spread(const uint32_t *stored, uint8_t *out, int width, int height, uint8_t *scratch) {
  uint16_t *cb = (uint16_t *)scratch + 8;
  uint16_t *cr = cb + width + 8;
  uint8_t *r = (uint8_t *)(cr + width + 8);
  uint8_t *g = r + width;
  uint8_t *b = g + width;
  for (int y = 0; y < height; y++) {
    const uint32_t *at = stored + y * width;
    const uint32_t *above = y == 0 ? at : at - width;
    const uint32_t *below = y == height - 1 ? at : at + width;
    down(at, above, below, cb, width, 8);
    down(at, above, below, cr, width, 16);
#pragma clang loop vectorize(enable)
    for (int x = 0; x < width; x++) {
      int32_t luma = (int32_t)((at[x] & 255) << BITS) + ROUND;
      int32_t blue = across(cb, x);
      int32_t red = across(cr, x);
      r[x] = clamped(luma + red * RED);
      g[x] = clamped(luma - blue * GREEN_BLUE - red * GREEN_RED);
      b[x] = clamped(luma + blue * BLUE);
    }
    int x = 0;
    for (; x + 16 <= width; x += 16, out += 48) interleave(wasm_v128_load(r + x), wasm_v128_load(g + x), wasm_v128_load(b + x), out);
    for (; x < width; x++, out += 3) {
      out[0] = r[x];
      out[1] = g[x];
      out[2] = b[x];
    }
  }
}
