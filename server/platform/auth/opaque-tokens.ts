import { hash, randomBytes } from 'node:crypto';

/** A one-time secret of 256 random bits, as base64url (43 characters). */
export function newOpaqueToken(): string {
  return randomBytes(32).toString('base64url');
}

/** What is stored of it. Plain SHA-256 is enough for a secret that cannot be guessed. */
export function hashOpaqueToken(token: string): Uint8Array {
  return hash('sha256', token, 'buffer');
}
