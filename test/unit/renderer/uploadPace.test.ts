import { expect, test } from 'vitest';
import { UploadPace } from '../../../renderer/map/uploadPace';

const mebibyte = 1024 * 1024;

/** A pace whose frames come when the test says so, and which of the tiles were let through. */
function paceOf(): { pass(name: string, bytes: number): void; frame(): Promise<void>; passed: string[] } {
  const frames: (() => void)[] = [];
  const passed: string[] = [];
  const pace = new UploadPace((then) => frames.push(then));
  return {
    passed,
    pass: (name, bytes) => void pace.pass(bytes).then(() => passed.push(name)),
    frame: async () => {
      for (const then of frames.splice(0)) then();
      await Promise.resolve();
    },
  };
}

test('what fits into a frame goes at once, the rest with the frames to come, in the order of asking', async () => {
  const { pass, frame, passed } = paceOf();
  for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) pass(name, 1.5 * mebibyte);
  pass('small', 1);
  await Promise.resolve();
  expect(passed).toEqual(['a', 'b']);
  await frame();
  expect(passed).toEqual(['a', 'b', 'c', 'd']);
  await frame();
  expect(passed).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'small']);
});

test('a tile larger than a frame may take has a frame of its own', async () => {
  const { pass, frame, passed } = paceOf();
  pass('first', 1);
  pass('huge', 9 * mebibyte);
  pass('last', 1);
  await Promise.resolve();
  expect(passed).toEqual(['first']);
  await frame();
  expect(passed).toEqual(['first', 'huge']);
  await frame();
  expect(passed).toEqual(['first', 'huge', 'last']);
});

test('a frame without tiles does not save up for the next', async () => {
  const { pass, frame, passed } = paceOf();
  pass('a', 1);
  await frame();
  await frame();
  for (const name of ['b', 'c', 'd']) pass(name, 2 * mebibyte);
  await Promise.resolve();
  expect(passed).toEqual(['a', 'b', 'c']);
});
