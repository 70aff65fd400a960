import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { keychainSecrets, loadKeytar } from '../../../main/accounts';
import { explainSkip } from '../../support/data';

const withoutKeychain = process.platform === 'linux' && !process.env['DBUS_SESSION_BUS_ADDRESS'];
if (withoutKeychain) explainSkip('the real keychain', 'no D-Bus session, so no Secret Service');

test.skipIf(withoutKeychain)('a secret goes into the real keychain, comes back and goes away', async () => {
  const secrets = keychainSecrets(loadKeytar);
  const id = `test-${randomBytes(8).toString('hex')}`;
  const secret = `s3cret ${randomBytes(16).toString('base64')} ü`;
  expect(await secrets.get(id)).toBeNull();
  await secrets.set(id, secret);
  expect(await keychainSecrets(loadKeytar).get(id)).toBe(secret);
  await secrets.set(id, `${secret}2`);
  expect(await secrets.get(id)).toBe(`${secret}2`);
  await secrets.delete(id);
  await secrets.delete(id);
  expect(await secrets.get(id)).toBeNull();
});

test('without a keychain every call says so, and a keychain that comes later is used', async () => {
  let there = false;
  const kept = new Map<string, string>();
  const secrets = keychainSecrets(async () => {
    if (!there) throw new Error('Cannot autolaunch D-Bus without X11 $DISPLAY');
    return {
      getPassword: async (_, account) => kept.get(account) ?? null,
      setPassword: async (_, account, password) => void kept.set(account, password),
      deletePassword: async (_, account) => kept.delete(account),
    };
  });
  await expect(secrets.set('a', 'b')).rejects.toMatchObject({
    kind: 'accounts.keychain_unavailable',
    details: 'Cannot autolaunch D-Bus without X11 $DISPLAY',
  });
  await expect(secrets.get('a')).rejects.toMatchObject({ kind: 'accounts.keychain_unavailable' });
  there = true;
  await secrets.set('a', 'b');
  expect(await secrets.get('a')).toBe('b');
});
