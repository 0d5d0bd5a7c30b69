import { hkdfSync } from 'node:crypto';

/** One key for each purpose, so that no value made for one can ever pass for another. */
export interface AuthKeys {
  readonly refreshTokens: Uint8Array;
  readonly csrf: Uint8Array;
  /** For `SecretBox`. */
  readonly storedSecrets: Uint8Array;
  /** For the chain of audit events. */
  readonly auditTrail: Uint8Array;
}

/** Bytes; the output length of SHA-256. */
const KEY_LENGTH = 32;

/** Derives the keys from the one secret that operators set: HKDF-SHA256 (RFC 5869), the purpose as `info`. */
export function deriveKeys(secretKey: string): AuthKeys {
  const derive = (purpose: string) =>
    new Uint8Array(hkdfSync('sha256', secretKey, '', `scriptorium/${purpose}/v1`, KEY_LENGTH));
  return {
    refreshTokens: derive('refresh-token'),
    csrf: derive('csrf'),
    storedSecrets: derive('stored-secret'),
    auditTrail: derive('audit-trail'),
  };
}
