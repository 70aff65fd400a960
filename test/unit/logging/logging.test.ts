import { mkdtempSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppError } from '@shared/errors';
import { expect, test } from 'vitest';
import { createLogging } from '../../../main/logging';

function folder(): string {
  return mkdtempSync(join(tmpdir(), 'orthodesk-log-'));
}

test('entries reach the file, the memory and the listeners, with secrets taken out of all of them', () => {
  const path = folder();
  const echoed: string[] = [];
  const logging = createLogging({ folder: path, echo: (line) => echoed.push(line) });
  const heard: string[] = [];
  logging.onEntry((entry) => heard.push(entry.message));
  logging.redactor.register('my-very-own-token');
  logging.area('uploads').warn('The server said: my-very-own-token', {
    error: new AppError('api.refused', { code: 401 }, { details: 'Bearer my-very-own-token' }),
  });
  const file = readFileSync(join(path, 'orthodesk.log'), 'utf8');
  for (const text of [file, echoed.join(), heard.join(), JSON.stringify(logging.recent())]) {
    expect(text).toContain('The server said: [redacted]');
    expect(text).toContain('api.refused');
    expect(text).not.toContain('my-very-own-token');
  }
  expect(logging.recent()[0]).toMatchObject({ level: 'warn', area: 'uploads' });
});

test('text from outside cannot forge a line or steer a terminal', () => {
  const path = folder();
  const logging = createLogging({ folder: path });
  logging.area('api').info('answer: ok\n2026-01-01T00:00:00Z error [main] forged\u001b[2J\u2028');
  expect(readFileSync(join(path, 'orthodesk.log'), 'utf8').trimEnd().split('\n')).toHaveLength(1);
  expect(logging.recent()[0]?.message).toBe(
    'answer: ok\\n2026-01-01T00:00:00Z error [main] forged\\u001b[2J\\u2028',
  );
});

test('the file is rotated, only the newest generations stay, and only its owner can read it', () => {
  const path = folder();
  const logging = createLogging({ folder: path, maxFileBytes: 2000 });
  for (let i = 0; i < 200; i++) logging.area('main').info(`entry ${i} ${'.'.repeat(80)}`);
  const files = readdirSync(path).sort();
  expect(files).toEqual(['orthodesk.1.log', 'orthodesk.2.log', 'orthodesk.3.log', 'orthodesk.log']);
  for (const file of files) {
    expect(statSync(join(path, file)).size).toBeLessThan(2500);
    expect(statSync(join(path, file)).mode & 0o077).toBe(0);
  }
  const newest = files.map((file) => readFileSync(join(path, file), 'utf8')).join('');
  expect(newest).toContain('entry 199 ');
});

test('the memory keeps the latest entries; detail for developers stays out of the file', () => {
  const path = folder();
  const logging = createLogging({ folder: path, recentEntries: 3 });
  for (const word of ['one', 'two', 'three', 'four']) logging.area('main').debug(word);
  expect(logging.recent().map((entry) => entry.message)).toEqual(['two', 'three', 'four']);
  expect(readdirSync(path)).toEqual([]);
});

test('a very long message is cut after its secrets are gone', () => {
  const logging = createLogging({ folder: null });
  const secret = 'abcdefghijklmnop';
  logging.redactor.register(secret);
  logging.area('api').info(`${'x'.repeat(8190)}${secret}${'y'.repeat(10_000)}`);
  const message = logging.recent()[0]?.message ?? '';
  expect(message.length).toBeLessThan(8300);
  expect(message).not.toContain('ab');
});
