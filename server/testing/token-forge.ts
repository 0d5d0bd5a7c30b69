import { createHmac, createPublicKey, sign as signWith } from 'node:crypto';
import { newId } from '../kernel/ids.ts';
import { createKeyRing, createTokenSigner, type KeyRing } from '../platform/auth/index.ts';
import { type NewSigningKey, newSigningKey, openSigningKey } from '../platform/auth/signing-keys.ts';

// What it takes to make access tokens that are right but for one thing.

/** 2026-03-01T12:00:00Z, in seconds since 1970. */
export const SECONDS = 1_772_366_400;
export const ISSUER = 'https://scriptorium.example';

/** The key that signs, another one that is accepted, and one of somebody else. */
export const own = await newSigningKey();
export const neighbour = await newSigningKey();
export const stranger = await newSigningKey();

export const claims = { userId: newId(), sessionId: newId(), organizationId: newId() };
export const HEADER = { alg: 'EdDSA', typ: 'at+jwt', kid: own.kid };
export const PAYLOAD = {
  sid: claims.sessionId,
  org: claims.organizationId,
  iss: ISSUER,
  aud: 'scriptorium:api',
  sub: claims.userId,
  iat: SECONDS,
  nbf: SECONDS,
  exp: SECONDS + 900,
};
/** What a verifier says of a token with that header and payload. */
export const VERIFIED = { ...claims, expiresAt: SECONDS + 900 };

/** The name of an attack, and its token. */
export type Attack = readonly [name: string, token: () => string | Promise<string>];

export async function ringOf(...made: readonly NewSigningKey[]): Promise<KeyRing> {
  const times = { activeFrom: 0, retiredAt: null, expiresAt: null };
  const keys = await Promise.all(made.map((key) => openSigningKey(key, times)));
  return createKeyRing({
    load: async () => keys,
    clock: () => new Date(SECONDS * 1000),
    onError: () => undefined,
  });
}

export const clock = () => new Date(SECONDS * 1000);
export const signer = createTokenSigner({ keys: await ringOf(own, neighbour), issuer: ISSUER, clock });
export const sign = () => signer.sign(claims, 900);

export function privateJwk(key: NewSigningKey): { readonly x: string; readonly d: string } {
  return JSON.parse(Buffer.from(key.secret).toString());
}

export function keyObject(key: NewSigningKey) {
  return { key: { ...privateJwk(key) }, format: 'jwk' as const };
}

export function publicPem(key: NewSigningKey): string {
  return createPublicKey(keyObject(key)).export({ type: 'spki', format: 'pem' }).toString();
}

export function encode(text: string | Uint8Array): string {
  return Buffer.from(text).toString('base64url');
}

export function partsOf(header: unknown, payload: unknown): string {
  return [header, payload]
    .map((value) => encode(typeof value === 'string' ? value : JSON.stringify(value)))
    .join('.');
}

/** A token with a right signature over whatever stands in it. */
export function signed(header: unknown, payload: unknown, key = own): string {
  const input = partsOf(header, payload);
  return `${input}.${encode(signWith(null, Buffer.from(input), keyObject(key)))}`;
}

export function hmac(header: unknown, secret: string | Uint8Array, digest = 'sha256'): string {
  const input = partsOf(header, PAYLOAD);
  return `${input}.${createHmac(digest, secret).update(input).digest('base64url')}`;
}

/** The right token with other bytes as its signature. */
export function withSignature(change: (signature: Buffer) => Uint8Array): string {
  const token = signed(HEADER, PAYLOAD);
  const at = token.lastIndexOf('.') + 1;
  return token.slice(0, at) + encode(change(Buffer.from(token.slice(at), 'base64url')));
}

/** A right signature over a header that differs in this. */
export function header(change: Record<string, unknown>): string {
  return signed({ ...HEADER, ...change }, PAYLOAD);
}

/** A right signature over claims that differ in this. */
export function payload(change: Record<string, unknown>): string {
  return signed(HEADER, { ...PAYLOAD, ...change });
}
