import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

const algorithm = 'aes-256-gcm';
const keyBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;

/** 32 bytes that are kept elsewhere than the engine's data, for example in the system's keychain. */
export type SealingKey = () => Promise<Uint8Array>;

/** A key for this start alone: what it sealed cannot be opened by the next one. */
export function passingKey(): SealingKey {
  const key = randomBytes(keyBytes);
  return () => Promise.resolve(key);
}

/** Secrets that outlive the process: only what the key opens is ever on the disk. */
export class Sealing {
  constructor(private readonly key: SealingKey) {}

  async seal(secret: string): Promise<string> {
    const nonce = randomBytes(nonceBytes);
    const cipher = createCipheriv(algorithm, await this.key(), nonce);
    const body = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64');
  }

  /** Null for what another key has sealed. */
  async open(sealed: string): Promise<string | null> {
    const bytes = Buffer.from(sealed, 'base64');
    try {
      const decipher = createDecipheriv(algorithm, await this.key(), bytes.subarray(0, nonceBytes));
      decipher.setAuthTag(bytes.subarray(nonceBytes, nonceBytes + tagBytes));
      const body = decipher.update(bytes.subarray(nonceBytes + tagBytes));
      return Buffer.concat([body, decipher.final()]).toString('utf8');
    } catch {
      return null;
    }
  }
}
