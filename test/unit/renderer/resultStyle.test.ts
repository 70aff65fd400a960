import { expect, test } from 'vitest';
import { resultStyle } from '../../../renderer/map/resultStyle';

test('a class of the model finds its colour; a stranger gets the plain one', () => {
  const style = resultStyle('buildings');
  expect(style.classOf({ class_id: '103' }).stroke.slice(0, 3)).toEqual([221, 0, 255]);
  expect(style.classOf({ class_id: 101 }).key).toBe('101');
  expect(style.classOf({}).key).toBe('building');
  expect(resultStyle('forest').classes.map((item) => item.hatch)).toEqual([true]);
  expect(resultStyle('something_new').classes).toHaveLength(1);
  expect(resultStyle('building_heights').classOf({ building_height: 15 }).key).toBe('20');
});
