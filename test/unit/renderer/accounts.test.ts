import { AppError } from '@shared/errors';
import type { Bridge } from '@shared/ipc/contract';
import type { Account } from '@shared/ipc/types';
import { expect, test } from 'vitest';
import { createApi } from '../../../renderer/bridge';
import { Accounts } from '../../../renderer/state/accounts.svelte';
import { FakeApi } from './fakeApi';
import { status } from './samples';

const local: Account = {
  id: 'local',
  kind: 'local',
  name: 'This computer',
  baseUrl: null,
  email: null,
  active: true,
  signedIn: true,
};
const cloud: Account = { ...local, id: 'cloud', kind: 'mapflow', name: 'Mapflow', active: false };

test('knows which account is active and how it stands', async () => {
  const api = new FakeApi({
    'accounts.list': () => [local, cloud],
    'accounts.status': () => status({ state: 'connecting', models: [] }),
    'engine.state': () => ({ state: 'starting', error: null }),
  });
  const accounts = new Accounts(api);
  await accounts.load();
  expect([accounts.active?.id, accounts.online, accounts.engine?.state]).toEqual([
    'local',
    false,
    'starting',
  ]);
  api.emit('accounts.status', status());
  expect([accounts.online, accounts.models.length]).toEqual([true, 2]);
  api.emit('accounts.changed', [
    { ...local, active: false },
    { ...cloud, active: true },
  ]);
  expect(accounts.active?.id).toBe('cloud');
});

test('a token that the server refuses leaves everything as it was', async () => {
  const api = new FakeApi({
    'accounts.add': () => {
      throw new AppError('api.wrong_token');
    },
  });
  const accounts = new Accounts(api);
  await expect(accounts.add('Mapflow', 'https://api.example.org/rest', 'x')).rejects.toThrow(
    'api.wrong_token',
  );
  expect(api.asked.map((call) => call.channel)).toEqual(['accounts.add']);
});

test('an envelope gives its value or throws its error', async () => {
  const error = { kind: 'app.file_missing', params: { name: 'a' }, details: 'ENOENT' };
  const api = createApi({
    call: ((channel: string) => {
      const envelope = channel === 'tasks.list' ? { ok: true, value: [] } : { ok: false, error };
      return Promise.resolve(envelope);
    }) as Bridge['call'],
    on: () => () => undefined,
    pathForFile: () => '',
  });
  expect(await api.call('tasks.list')).toEqual([]);
  await expect(api.call('app.info')).rejects.toMatchObject(error);
});
