import { createSecretBox, deriveKeys, type NewSigningKey } from '../../../platform/auth/index.ts';
import type { SigningKeyRow } from './signing-keys.tables.ts';

/** How private keys are kept: under the server's secret, and bound to their row. */
export interface SigningKeySeal {
  seal(key: NewSigningKey): Uint8Array;
  /** Undefined where it was sealed under another secret, or for another row. */
  open(row: Pick<SigningKeyRow, 'id' | 'sealed_key'>): Uint8Array | undefined;
}

/** `secretKey`: `SECRET_KEY`. */
export function signingKeySeal(secretKey: string): SigningKeySeal {
  const box = createSecretBox(deriveKeys(secretKey).storedSecrets);
  const context = (id: string) => `signing_keys/sealed_key/${id}`;
  return {
    seal: ({ kid, secret }) => box.seal(secret, context(kid)),
    open: ({ id, sealed_key: sealed }) => (sealed === null ? undefined : box.open(sealed, context(id))),
  };
}
