import { afterEach, beforeEach } from 'vitest';
import { createIssuerVerifier, type IssuerVerifier } from '../platform/auth/index.ts';
import { type IssuerKeyPair, issuerKeyPair, type KeyServer, keyServer, signAs } from './token-issuer.ts';

export const NOW = Date.parse('2026-03-01T12:00:00Z');
/** Milliseconds. */
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const ISSUER = 'https://issuer.example/';
/** For what happens beside the call that caused it. */
export const SOON = { timeout: 30_000 };
export const unavailable = { kind: 'unavailable', code: 'auth.issuer_unavailable', retryAfterSeconds: 10 };

/**
 * An issuer that publishes the first of three keys, and who verifies its tokens.
 * Call it where hooks may be registered.
 */
export async function issuerKeysStage() {
  const [first, second, unknown] = await Promise.all([
    issuerKeyPair('RS256', 'first'),
    issuerKeyPair('RS256', 'second'),
    issuerKeyPair('RS256', 'unknown'),
  ]);
  /** Milliseconds since 1970; tests set it forward. */
  const clock = { now: NOW };
  let server: KeyServer;
  let verifier: IssuerVerifier;
  let warnings: unknown[];
  beforeEach(async () => {
    clock.now = NOW;
    warnings = [];
    server = await keyServer();
    server.publish(first.publicJwk);
    verifier = verifierOf(server);
  });
  afterEach(() => server.close());

  function verifierOf({ url, outbound }: KeyServer): IssuerVerifier {
    return createIssuerVerifier({
      ...{ issuer: ISSUER, audience: 'us', algorithms: ['RS256', 'ES256'], jwksUri: url, outbound },
      clock: () => new Date(clock.now),
      logger: { warn: (...line: unknown[]) => warnings.push(line) },
    });
  }

  /** Each token is another one, so that none is remembered. */
  let serial = 0;
  function tokenOf(pair: IssuerKeyPair, header?: Record<string, unknown>): Promise<string> {
    serial += 1;
    const at = Math.floor(clock.now / 1000);
    const times = { iat: at, exp: at + 48 * 3600 };
    return signAs(pair, { iss: ISSUER, aud: 'us', sub: `person ${serial}`, ...times }, header);
  }
  const accepts = async (pair: IssuerKeyPair, by = verifier) =>
    (await by.verify(await tokenOf(pair))) !== undefined;

  return { first, second, unknown, clock, tokenOf, accepts, current: () => ({ server, verifier, warnings }) };
}
