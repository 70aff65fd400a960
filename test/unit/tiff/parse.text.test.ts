import { isNodataInRange, parseNodata } from '@shared/tiff/nodata';
import { parseXml } from '@shared/tiff/xml';
import { describe, expect, test } from 'vitest';

describe('XML', () => {
  test('is elements, attributes and text', () => {
    const text = `<?xml version="1.0"?><!-- c --><a x="1" y='&lt;2&gt;'> <b/>one &amp; two<c><![CDATA[<3>]]></c> </a>`;
    expect(parseXml(text)).toEqual({
      name: 'a',
      attributes: { x: '1', y: '<2>' },
      text: 'one & two',
      children: [
        { name: 'b', attributes: {}, children: [], text: '' },
        { name: 'c', attributes: {}, children: [], text: '<3>' },
      ],
    });
  });

  test('knows characters by number, and no entities of its own', () => {
    expect(parseXml('<a>&#65;&#x1F600;&quot;&apos;&unknown;&#0;</a>')?.text).toBe('A😀"\'&unknown;&#0;');
  });

  test.each([
    '',
    'text',
    '<a>',
    '</a>',
    '<a></b>',
    '<a/><b/>',
    '<a x=1/>',
    '<a',
    '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
    '<a><!-- </a>',
    '<a>'.repeat(100) + '</a>'.repeat(100),
  ])('that is broken or expands is none: %s', (text) => {
    expect(parseXml(text)).toBeNull();
  });

  test('of a million characters is read in no time', () => {
    const start = performance.now();
    expect(parseXml(`<a>${'<b c="d">e</b>'.repeat(70_000)}</a>`)?.children).toHaveLength(70_000);
    parseXml('<a '.repeat(300_000));
    parseXml(`<a ${'x="1" '.repeat(150_000)}`);
    expect(performance.now() - start).toBeLessThan(2000);
  });
});

describe('nodata', () => {
  test.each([
    ['-9999', 'int16', -9999],
    [' 0 ', 'uint8', 0],
    ['255.0', 'uint8', 255],
    ['nan', 'float32', NaN],
    ['-nan', 'float32', NaN],
    ['-1.#IND', 'float64', NaN],
    ['inf', 'float64', Infinity],
    ['-Inf', 'float64', -Infinity],
    ['-3.4028235e+38', 'float32', -3.4028234663852886e38],
    ['-3.40282346638529e+38', 'float32', -3.4028234663852886e38],
    ['-1.79769313486232E+308', 'float64', -Number.MAX_VALUE],
    ['0.1', 'float32', Math.fround(0.1)],
    ['0.1', 'float64', 0.1],
    ['1e39', 'float32', 1e39],
    ['7 and more', 'uint8', 7],
    ['none', 'uint8', null],
    ['', 'uint8', null],
    [null, 'uint8', null],
  ] as const)('%s in %s is %s', (text, type, value) => {
    expect(parseNodata(text, type)).toBe(value);
  });

  test.each([
    [255, 'uint8', true],
    [256, 'uint8', false],
    [-9999, 'uint8', false],
    [-9999, 'int16', true],
    [NaN, 'uint8', false],
    [NaN, 'float32', true],
    [1e39, 'float32', false],
    [1e39, 'float64', true],
  ] as const)('%s masks samples of %s: %s', (value, type, inRange) => {
    expect(isNodataInRange(value, type)).toBe(inRange);
  });
});
