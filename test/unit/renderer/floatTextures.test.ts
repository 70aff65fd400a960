import { expect, test } from 'vitest';
import { acceptFloatTextures } from '../../../renderer/map/floatTextures';
import { usePlainContexts } from '../../../renderer/map/plainContexts';

const names = ['FLOAT', 'UNSIGNED_BYTE', 'LUMINANCE', 'LUMINANCE_ALPHA', 'RGB', 'RGBA', 'RED'] as const;
const sized = ['R32F', 'RGB32F', 'RGBA32F'] as const;

function context() {
  const calls: unknown[][] = [];
  const constants = Object.fromEntries([...names, ...sized].map((name) => [name, name]));
  const gl = { ...constants, texImage2D: (...given: unknown[]) => void calls.push(given) };
  acceptFloatTextures(gl as unknown as WebGL2RenderingContext);
  return { gl, calls };
}

test.each([
  ['LUMINANCE', [1, 2], 'R32F', 'RED', [1, 2]],
  ['LUMINANCE_ALPHA', [5, 0.5], 'RGBA32F', 'RGBA', [5, 5, 5, 0.5]],
  ['RGB', [1, 2, 3], 'RGB32F', 'RGB', [1, 2, 3]],
  ['RGBA', [1, 2, 3, 4], 'RGBA32F', 'RGBA', [1, 2, 3, 4]],
])('numbers of %s get a sized name', (format, numbers, inside, outside, sent) => {
  const { gl, calls } = context();
  gl.texImage2D('2D', 0, format, 1, 1, 0, format, 'FLOAT', new Float32Array(numbers));
  expect(calls).toEqual([['2D', 0, inside, 1, 1, 0, outside, 'FLOAT', new Float32Array(sent)]]);
});

test('bytes and pictures go through as they are', () => {
  const { gl, calls } = context();
  const bytes = ['2D', 0, 'RGB', 1, 1, 0, 'RGB', 'UNSIGNED_BYTE', new Uint8Array(3)];
  const picture = ['2D', 0, 'RGBA', 'RGBA', 'UNSIGNED_BYTE', {}];
  gl.texImage2D(...bytes);
  gl.texImage2D(...picture);
  expect(calls).toEqual([bytes, picture]);
});

test('without a graphics card contexts are of the newer kind where there is one', () => {
  const asked: string[] = [];
  const has = { webgl2: true };
  const prototype = {
    getContext: (kind: string) => {
      asked.push(kind);
      return kind !== 'webgl2' ? kind : has.webgl2 ? { texImage2D: () => undefined } : null;
    },
  };
  usePlainContexts(prototype, () => true);
  expect(prototype.getContext('2d')).toBe('2d');
  expect(prototype.getContext('experimental-webgl')).toHaveProperty('texImage2D');
  has.webgl2 = false;
  expect(prototype.getContext('webgl')).toBe('webgl');
  expect(asked).toEqual(['2d', 'webgl2', 'webgl2', 'webgl']);
});
