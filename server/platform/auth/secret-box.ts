import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/** Keeps secrets in the database that the server must read again: keys of others, second factors, signing keys. */
export interface SecretBox {
  /** `context` names the place (table, column, row): a sealed value that is moved elsewhere does not open. */
  seal(plain: Uint8Array, context: string): Uint8Array;
  /** Undefined where it was sealed under another key or context, or was changed. */
  open(sealed: Uint8Array, context: string): Uint8Array | undefined;
}

const CIPHER = 'aes-256-gcm';
/** Bytes (NIST SP 800-38D, 5.2.1.1 and 8.2.2; random nonces, far fewer than 2^32 values under one key). */
const NONCE = 12;
const TAG = 16;

/** AES-256-GCM; what is stored is nonce, tag and ciphertext. `key`: 32 bytes. */
export function createSecretBox(key: Uint8Array): SecretBox {
  return {
    seal: (plain, context) => {
      const nonce = randomBytes(NONCE);
      const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG }).setAAD(Buffer.from(context));
      const sealed = Buffer.concat([cipher.update(plain), cipher.final()]);
      return new Uint8Array(Buffer.concat([nonce, cipher.getAuthTag(), sealed]));
    },
    open: (sealed, context) => {
      if (sealed.length < NONCE + TAG) return undefined;
      const decipher = createDecipheriv(CIPHER, key, sealed.subarray(0, NONCE), { authTagLength: TAG })
        .setAAD(Buffer.from(context))
        .setAuthTag(sealed.subarray(NONCE, NONCE + TAG));
      try {
        return new Uint8Array(
          Buffer.concat([decipher.update(sealed.subarray(NONCE + TAG)), decipher.final()]),
        );
      } catch {
        return undefined;
      }
    },
  };
}
