import { AppError } from '@shared/errors';
import { contract } from '@shared/ipc/contract';
import type { Log } from '@shared/log';
import { describe, expect, test } from 'vitest';
import { createDispatcher, type Handlers } from '../../../main/ipc/handle';

const origin = 'app://orthodesk';
const ours = { url: `${origin}/`, isMainFrame: true, isOurWindow: true };

function setUp(handlers: Partial<Handlers>) {
  const said: string[] = [];
  const write = (message: string, data?: unknown): void =>
    void said.push(`${message} ${JSON.stringify(data ?? {})}`);
  const log: Log = { debug: write, info: write, warn: write, error: write };
  return { dispatch: createDispatcher(handlers as Handlers, { origin, log }), said };
}

describe('the sender', () => {
  const { dispatch } = setUp({ 'app.recentLog': () => [] });
  const strangers = {
    'a frame that is gone': null,
    'a frame inside our page': { ...ours, isMainFrame: false },
    'another window': { ...ours, isOurWindow: false },
    'another origin': { ...ours, url: 'https://example.com/' },
    'an origin that begins like ours': { ...ours, url: `${origin}.example.com/` },
    'a file': { ...ours, url: 'file:///index.html' },
  };
  for (const [who, caller] of Object.entries(strangers)) {
    test(`${who} is refused`, async () => {
      expect(await dispatch(caller, 'app.recentLog', undefined)).toEqual({
        ok: false,
        error: { kind: 'app.not_allowed', params: {} },
      });
    });
  }

  test('our own page is answered', async () => {
    expect(await dispatch(ours, 'app.recentLog', undefined)).toEqual({ ok: true, value: [] });
  });
});

describe('the input', () => {
  test('is what the schema makes of it', async () => {
    const inputs: unknown[] = [];
    const { dispatch } = setUp({
      'projects.create': (input) => {
        inputs.push(input);
        return { id: '1', name: input.name, description: input.description, isDefault: false };
      },
    });
    await dispatch(ours, 'projects.create', { name: '  Town  ', surplus: true });
    expect(inputs).toEqual([{ name: 'Town', description: '' }]);
  });

  test('that does not fit never reaches the handler, and is told without its values', async () => {
    const { dispatch, said } = setUp({
      'accounts.add': () => {
        throw new Error('must not be called');
      },
    });
    const answer = await dispatch(ours, 'accounts.add', {
      name: 'x',
      baseUrl: 'ftp://x',
      token: 'very-secret-token',
    });
    expect(answer).toMatchObject({ ok: false, error: { kind: 'app.bad_request' } });
    expect(JSON.stringify(answer)).toContain('baseUrl');
    expect(JSON.stringify([answer, said])).not.toContain('very-secret-token');
  });

  test('of a channel that does not exist is refused', async () => {
    const { dispatch } = setUp({});
    for (const channel of ['nothing.here', 'toString', '__proto__', 7, null, undefined]) {
      expect(await dispatch(ours, channel, {})).toMatchObject({
        ok: false,
        error: { kind: 'app.bad_request' },
      });
    }
  });

  test('is checked on every channel: none takes just anything', () => {
    for (const [channel, { input }] of Object.entries(contract)) {
      expect([channel, input.safeParse(Symbol('junk')).success]).toEqual([channel, false]);
      expect([channel, input.safeParse(() => 1).success]).toEqual([channel, false]);
    }
  });
});

describe('failures', () => {
  test('travel as data, with kind and values', async () => {
    const { dispatch } = setUp({
      'engine.start': () =>
        Promise.reject(new AppError('engine.not_started', { n: 1 }, { details: 'no answer' })),
    });
    expect(await dispatch(ours, 'engine.start', undefined)).toEqual({
      ok: false,
      error: { kind: 'engine.not_started', params: { n: 1 }, details: 'no answer' },
    });
  });

  test('that are defects are told as such, with the stack in the log alone', async () => {
    const { dispatch, said } = setUp({
      'engine.start': () => {
        throw new TypeError('x is not a function');
      },
    });
    const answer = await dispatch(ours, 'engine.start', undefined);
    expect(answer).toEqual({
      ok: false,
      error: { kind: 'app.unexpected', params: {}, details: 'TypeError: x is not a function' },
    });
    expect(said.join()).toContain('handle.test');
    expect(JSON.stringify(answer)).not.toContain('handle.test');
  });
});
