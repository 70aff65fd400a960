import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Redactor } from '../../../main/logging';

const key = 'S3cr3t/Key+With=Odd&Signs?';
const token = Buffer.from(`someone@example.com:${key}`).toString('base64');

function withSecret(...secrets: string[]): Redactor {
  const redactor = new Redactor();
  for (const secret of secrets) redactor.register(secret);
  return redactor;
}

describe('secrets that the program holds', () => {
  const forms: Record<string, string> = {
    plain: key,
    'inside a sentence': `the server answered "${key}" to us`,
    'percent-encoded': encodeURIComponent(key),
    'in a query': new URLSearchParams({ q: key }).toString(),
    'in JSON in JSON': JSON.stringify(JSON.stringify({ q: `${key}"` })),
    hex: Buffer.from(key).toString('hex'),
    'base64 alone': Buffer.from(key).toString('base64'),
    'base64 behind one byte': Buffer.from(`x${key}`).toString('base64'),
    'base64 behind two bytes and before others': Buffer.from(`xy${key}zzz`).toString('base64'),
    base64url: Buffer.from(`user:${key}`).toString('base64url'),
  };
  for (const [form, text] of Object.entries(forms)) {
    test(`are hidden ${form}`, () => {
      const clean = withSecret(key).text(text);
      expect(clean).toContain('[redacted]');
      expect(clean).not.toContain('Cr3t');
      expect(clean).not.toContain(Buffer.from(key).toString('hex').slice(4, 20));
      expect(clean).not.toContain(Buffer.from(key).toString('base64').slice(4, 16));
    });
  }

  test('a token that is base64 of email and key hides the key too', () => {
    expect(withSecret(token).text(`login as someone with ${key} failed`)).toBe(
      'login as someone with [redacted] failed',
    );
    expect(withSecret(`Basic ${token}`).text(`sent ${token}`)).toBe('sent [redacted]');
  });

  test('stay hidden until everyone who registered them has let go', () => {
    const redactor = new Redactor();
    const first = redactor.register('correct horse');
    const second = redactor.register('correct horse');
    first();
    first();
    expect(redactor.text('correct horse')).toBe('[redacted]');
    second();
    expect(redactor.text('correct horse')).toBe('correct horse');
  });

  test('whatever the secret and the text around it, its value is gone', () => {
    const letter = fc.constantFrom(
      ...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/=-_.~!$&()*?',
    );
    const secretText = fc.string({ unit: letter, minLength: 12, maxLength: 60 });
    fc.assert(
      fc.property(
        secretText,
        fc.string({ maxLength: 20 }),
        fc.string({ maxLength: 20 }),
        (secret, before, after) => {
          const redactor = withSecret(secret);
          const carriers = [
            `${before}${secret}${after}`,
            Buffer.from(`${before}${secret}${after}`).toString('base64'),
            encodeURIComponent(`${before}${secret}${after}`),
          ];
          for (const carrier of carriers) {
            const clean = redactor.text(carrier);
            expect(clean).not.toContain(secret);
            const decoded = Buffer.from(clean.replaceAll('[redacted]', ''), 'base64').toString('latin1');
            expect(decoded.includes(secret)).toBe(false);
            expect(clean).toContain('[redacted]');
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('secrets that it was never told of', () => {
  const redactor = new Redactor();
  const cases: readonly (readonly [string, string])[] = [
    ['Authorization: Bearer abc.def', 'abc.def'],
    ['authorization: Basic dXNlcjpwYXNz', 'dXNlcjpwYXNz'],
    ['{"authorization":"custom zzz-999"}', 'zzz-999'],
    ["headers: { 'Proxy-Authorization': 'Basic Zm9vOmJhcg==' }", 'Zm9vOmJhcg'],
    ['retry with bearer abcdefgh12345678', 'abcdefgh12345678'],
    ['{"rasterPassword":"pa\\"ss word","zoom":18}', 'ss word'],
    ['"{\\"rasterPassword\\":\\"hunter2\\"}"', 'hunter2'],
    ['rasterLogin: bob', 'bob'],
    ['password=open-sesame&x=1', 'open-sesame'],
    ['api_key: 12345', '12345'],
    ['fetch https://user:p@ss@tiles.example.com/1/2/3.png', 'p@ss'],
    ['GET https://h.example/x?access_token=QWERTY&z=1', 'QWERTY'],
    ['GET https://s3.example/x?X-Amz-Signature=beef01&X-Amz-Date=1', 'beef01'],
    ['set-cookie: session=abc; Path=/', 'abc'],
  ];
  for (const [text, secret] of cases) {
    test(text, () => {
      const clean = redactor.text(text);
      expect(clean).not.toContain(secret);
      expect(clean).toContain('[redacted]');
    });
  }

  test('harmless text stays as it is', () => {
    const text =
      'Uploaded chunk 3 of 60 (64 MB) to https://api.mapflow.ai/rest/rasters/mosaic/1234/image in 3.2 s';
    expect(redactor.text(text)).toBe(text);
  });
});

test('redacting twice changes nothing more', () => {
  const redactor = withSecret(key);
  const once = redactor.text(`token: ${key}, password=abc; authorization: Basic ${token}`);
  expect(redactor.text(once)).toBe(once);
});

describe('data', () => {
  test('keeps its shape without what stands under password-like keys', () => {
    const redactor = withSecret('topsecretvalue');
    const loop: Record<string, unknown> = { name: 'loop' };
    loop.self = loop;
    expect(
      redactor.value({
        params: { rasterPassword: 'x', rasterLogin: 'y', zoom: 18, urls: ['http://a:b@c/'] },
        token: 'abc',
        nested: [{ text: 'has topsecretvalue inside' }],
        bytes: new Uint8Array(12),
        nothing: null,
        error: new Error('failed with topsecretvalue'),
      }),
    ).toEqual({
      params: {
        rasterPassword: '[redacted]',
        rasterLogin: '[redacted]',
        zoom: 18,
        urls: ['http://[redacted]@c/'],
      },
      token: '[redacted]',
      nested: [{ text: 'has [redacted] inside' }],
      bytes: '<12 bytes>',
      nothing: null,
      error: expect.objectContaining({ message: 'failed with [redacted]' }) as unknown,
    });
    expect(JSON.stringify(redactor.value(loop))).toContain('…');
  });
});
