import { expect, test } from 'vitest';
import { contentSecurityPolicy, fileOf, headersOf } from '../../../main/ipc/rendererFiles';

const folder = '/opt/app/dist/renderer';

test('names the files of the page', () => {
  expect(fileOf('app://orthodesk/', folder)).toBe(`${folder}/index.html`);
  expect(fileOf('app://orthodesk/assets/a%20b.js?x=1#y', folder)).toBe(`${folder}/assets/a b.js`);
});

test('names nothing outside their folder', () => {
  const urls = [
    'app://orthodesk/../../../etc/passwd',
    'app://orthodesk/%2e%2e/%2e%2e/main/main.cjs',
    'app://orthodesk/assets/%2e%2e%2f%2e%2e%2fmain.cjs',
    'app://orthodesk/..%5c..%5cmain.cjs',
    'app://orthodesk/%00',
    'app://orthodesk/%E0%A4%A',
    'app://elsewhere/index.html',
    'https://orthodesk/index.html',
  ];
  for (const url of urls) {
    const file = fileOf(url, folder);
    expect([url, file === null || file.startsWith(`${folder}/`)]).toEqual([url, true]);
  }
  expect(fileOf('app://orthodesk/assets/%2e%2e%2f%2e%2e%2fmain.cjs', folder)).toBeNull();
  expect(fileOf('app://elsewhere/index.html', folder)).toBeNull();
});

test('every file comes with the policy and its own type', () => {
  expect(headersOf('/x/index.html')).toMatchObject({
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': contentSecurityPolicy,
    'x-content-type-options': 'nosniff',
  });
  expect(headersOf('/x/codec.wasm')['content-type']).toBe('application/wasm');
});

test('the policy allows no scripts but ours, and no other hosts at all', () => {
  const directives = new Map(
    contentSecurityPolicy.split('; ').map((directive) => {
      const [name = '', ...sources] = directive.split(' ');
      return [name, sources] as const;
    }),
  );
  expect(directives.get('default-src')).toEqual(["'none'"]);
  expect(directives.get('script-src')).toEqual(["'self'", "'wasm-unsafe-eval'"]);
  expect(contentSecurityPolicy).not.toMatch(/unsafe-eval'.*unsafe-eval'|https?:|\*/);
});
