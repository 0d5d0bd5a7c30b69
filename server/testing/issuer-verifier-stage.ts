import { generateKeyPairSync, sign as signWith } from 'node:crypto';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import {
  createIssuerVerifier,
  type IssuerVerifier,
  type IssuerVerifierOptions,
} from '../platform/auth/index.ts';
import { issuerKeyPair, type KeyServer, keyServer } from './token-issuer.ts';

export const NOW = Date.parse('2026-03-01T12:00:00Z');
export const SECONDS = NOW / 1000;
export const ISSUER = 'https://issuer.example/';
export const PAYLOAD = { iss: ISSUER, aud: 'us', sub: 'person|1', iat: SECONDS, exp: SECONDS + 3600 };
export const HEADER = { alg: 'RS256', kid: 'any' };

export const encode = (text: string | Uint8Array) => Buffer.from(text).toString('base64url');
export const inputOf = (header: unknown, payload: unknown = PAYLOAD) =>
  [header, payload]
    .map((value) => encode(typeof value === 'string' ? value : JSON.stringify(value)))
    .join('.');

/**
 * An issuer with keys of every kind, who verifies its tokens, and tokens that stray from a right one. Call it where hooks
 * may be registered.
 */
export async function issuerVerifierStage() {
  const rs = await issuerKeyPair('RS256', 'rs');
  const ps = await issuerKeyPair('PS256', 'ps');
  const es = await issuerKeyPair('ES256', 'es');
  const ed = await issuerKeyPair('EdDSA', 'ed');
  const newer = await issuerKeyPair('Ed25519', 'newer');
  const stranger = await issuerKeyPair('RS256', 'stranger');
  /** RSA keys that may sign with either padding. */
  const any = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const anyJwk = { ...any.publicKey.export({ format: 'jwk' }), kid: 'any' };
  const weak = generateKeyPairSync('rsa', { modulusLength: 1024 });

  /** Milliseconds since 1970; tests set it forward. */
  const clock = { now: NOW };
  let server: KeyServer;
  let verifier: IssuerVerifier;
  beforeAll(async () => {
    server = await keyServer();
    server.publish(
      ...[rs, ps, es, ed, newer].map(({ publicJwk }) => publicJwk),
      anyJwk,
      { ...weak.publicKey.export({ format: 'jwk' }), kid: 'weak' },
      { ...anyJwk, kid: 'one', e: 'AQ' },
    );
    verifier = verifierOf({});
  });
  afterAll(() => server.close());
  beforeEach(() => {
    clock.now = NOW;
  });

  function verifierOf(change: Partial<IssuerVerifierOptions>): IssuerVerifier {
    return createIssuerVerifier({
      issuer: ISSUER,
      audience: 'us',
      algorithms: ['RS256', 'PS256', 'ES256', 'EdDSA', 'Ed25519'],
      jwksUri: server.url,
      outbound: server.outbound,
      clock: () => new Date(clock.now),
      logger: { warn: () => undefined },
      ...change,
    });
  }

  /** RSA with PKCS #1 v1.5, whatever stands in the token. */
  function raw(header: unknown, payload: unknown = PAYLOAD, key = any.privateKey): string {
    const input = inputOf(header, payload);
    return `${input}.${encode(signWith('sha256', Buffer.from(input), key))}`;
  }
  const header = (change: object) => raw({ ...HEADER, ...change });
  const payload = (change: object) => raw(HEADER, { ...PAYLOAD, ...change });
  const verify = async (token: string | Promise<string>) => verifier.verify(await token);

  return {
    ...{ rs, ps, es, ed, newer, stranger, any, anyJwk, weak, clock },
    ...{ raw, header, payload, verify, verifierOf, current: () => ({ server, verifier }) },
  };
}
