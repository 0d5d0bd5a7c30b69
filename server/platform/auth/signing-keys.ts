import { type CryptoKey, calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK } from 'jose';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import type { PublicSigningKey, SigningKey } from './port.ts';

/**
 * Ed25519 (RFC 8032). The name is the one of RFC 8037: RFC 9864 renames it to `Ed25519`, which few verifiers know yet.
 */
export const SIGNING_ALGORITHM = 'EdDSA';

const PrivateJwk = Type.Object({
  kty: Type.Literal('OKP'),
  crv: Type.Literal('Ed25519'),
  x: Type.String(),
  d: Type.String(),
});

/** A key that was just made: its id, and its private half to be sealed and stored. */
export interface NewSigningKey {
  readonly kid: string;
  readonly secret: Uint8Array;
}

export async function newSigningKey(): Promise<NewSigningKey> {
  const { privateKey } = await generateKeyPair(SIGNING_ALGORITHM, { extractable: true });
  const { kty, crv, x, d } = await exportJWK(privateKey);
  const jwk = Value.Parse(PrivateJwk, { kty, crv, x, d });
  return { kid: await calculateJwkThumbprint(jwk), secret: Buffer.from(JSON.stringify(jwk)) };
}

/** Reads a key back. Throws where the bytes are no such key or the id is another key's. */
export async function openSigningKey(
  { kid, secret }: NewSigningKey,
  times: Pick<SigningKey, 'activeFrom' | 'retiredAt' | 'expiresAt'>,
): Promise<SigningKey> {
  const jwk = Value.Parse(PrivateJwk, JSON.parse(Buffer.from(secret).toString()));
  const { kty, crv, x } = jwk;
  const publicJwk: PublicSigningKey = { kty, crv, alg: SIGNING_ALGORITHM, use: 'sig', kid, x };
  if ((await calculateJwkThumbprint(publicJwk)) !== kid) throw new Error(`signing key ${kid} is another key`);
  const [privateKey, publicKey] = await Promise.all([imported(jwk), imported(publicJwk)]);
  return { kid, publicJwk, publicKey, privateKey, ...times };
}

async function imported(jwk: { kty: 'OKP'; crv: string; x: string; d?: string }): Promise<CryptoKey> {
  const key = await importJWK({ ...jwk }, SIGNING_ALGORITHM);
  if (key instanceof Uint8Array) throw new TypeError('a symmetric key cannot sign tokens');
  return key;
}
