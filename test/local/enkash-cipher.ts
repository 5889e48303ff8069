import { createCipheriv, createDecipheriv, createHash } from 'node:crypto';

export type EncryptionMode = 'aes-128-ecb' | 'aes-128-ecb-raw' | 'off';
type CipherMode = Exclude<EncryptionMode, 'off'>;

// The sandbox's own reading of enkash-api.md section 4, apart from lib/enkash/cipher.ts on purpose: each proves the other.
function keyOf(mode: CipherMode, secret: string): Buffer {
  const text = Buffer.from(secret, 'utf8');
  return (mode === 'aes-128-ecb' ? createHash('sha256').update(text).digest() : text).subarray(0, 16);
}

export function sandboxEncrypt(mode: CipherMode, secret: string, plaintext: string): string {
  const cipher = createCipheriv('aes-128-ecb', keyOf(mode, secret), null);
  return cipher.update(plaintext, 'utf8', 'base64') + cipher.final('base64');
}

/** Throws when the text is not this key's. */
export function sandboxDecrypt(mode: CipherMode, secret: string, base64: string): string {
  const decipher = createDecipheriv('aes-128-ecb', keyOf(mode, secret), null);
  return decipher.update(base64, 'base64', 'utf8') + decipher.final('utf8');
}
