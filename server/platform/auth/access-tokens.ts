import { errors, type JWTPayload, jwtVerify, SignJWT } from 'jose';
import type { Clock } from '../../kernel/clock.ts';
import { isId } from '../../kernel/ids.ts';
import { isStrictCompactJws } from './jws-syntax.ts';
import type { AccessClaims, KeyRing, SigningKey, TokenSigner } from './port.ts';
import { SIGNING_ALGORITHM } from './signing-keys.ts';
import { VerifiedTokens } from './verified-tokens.ts';

/** RFC 9068: keeps tokens that were made for something else from passing as access tokens. */
const TYPE = 'at+jwt';
const AUDIENCE = 'scriptorium:api';
/** Seconds by which the clocks of two processes may differ. */
const CLOCK_TOLERANCE = 5;
/** Characters. Ours have about 500 and the issuer. */
const MAX_LENGTH = 2048;
/**
 * The header that we write, to the letter. Every other one is refused without being interpreted: another algorithm, a
 * key, the address of one, a critical extension, a member that stands there twice.
 */
const HEADER = /^\{"alg":"EdDSA","typ":"at\+jwt","kid":"([A-Za-z0-9_-]{43})"\}$/;

export interface TokenSignerOptions {
  readonly keys: KeyRing;
  /** `iss`: who gives the tokens out. */
  readonly issuer: string;
  readonly clock: Clock;
}

interface Verified {
  readonly kid: string;
  readonly claims: AccessClaims;
  readonly expiresAt: number;
}

/** Access tokens as JWTs (RFC 7519) signed with Ed25519, for one server or several that share the keys. */
export function createTokenSigner({ keys, issuer, clock }: TokenSignerOptions): TokenSigner {
  const verified = new VerifiedTokens<Verified>();
  const seconds = () => Math.floor(clock().getTime() / 1000);
  return {
    sign: async (claims, lifetimeSeconds) => {
      const { kid, privateKey } = await keys.current();
      const now = seconds();
      return new SignJWT({ sid: claims.sessionId, org: claims.organizationId })
        .setProtectedHeader({ alg: SIGNING_ALGORITHM, typ: TYPE, kid })
        .setIssuer(issuer)
        .setAudience(AUDIENCE)
        .setSubject(claims.userId)
        .setIssuedAt(now)
        .setNotBefore(now)
        .setExpirationTime(now + lifetimeSeconds)
        .sign(privateKey);
    },
    verify: async (token) => {
      const known = verified.get(token, seconds());
      if (known && keys.get(known.kid)) return known.claims;
      if (!isStrictCompactJws(token, MAX_LENGTH)) return undefined;
      const kid = kidOf(token);
      const key = kid === undefined ? undefined : await keys.find(kid);
      const claims = key && (await verifyWith(key, token));
      if (claims) verified.add(token, { kid: key.kid, claims, expiresAt: claims.expiresAt });
      return claims;
    },
  };

  async function verifyWith({ publicKey }: SigningKey, token: string): Promise<AccessClaims | undefined> {
    try {
      const { payload } = await jwtVerify(token, publicKey, {
        algorithms: [SIGNING_ALGORITHM],
        typ: TYPE,
        issuer,
        audience: AUDIENCE,
        currentDate: clock(),
        clockTolerance: CLOCK_TOLERANCE,
        requiredClaims: ['sub', 'sid', 'org', 'iat', 'nbf', 'exp'],
      });
      return claimsOf(payload, seconds());
    } catch (error) {
      if (error instanceof errors.JOSEError) return undefined;
      throw error;
    }
  }
}

function kidOf(token: string): string | undefined {
  const header = token.slice(0, token.indexOf('.'));
  return HEADER.exec(Buffer.from(header, 'base64url').toString('latin1'))?.[1];
}

/** We write one audience and whole seconds. `now`: seconds since 1970. */
function claimsOf(payload: JWTPayload, now: number): AccessClaims | undefined {
  const { sub, sid, org, aud, iat, nbf, exp } = payload;
  if (!isUuid(sub) || !isUuid(sid) || !isUuid(org) || aud !== AUDIENCE) return undefined;
  if (!isTime(iat) || !isTime(nbf) || !isTime(exp) || iat > now + CLOCK_TOLERANCE) return undefined;
  return { userId: sub, sessionId: sid, organizationId: org, expiresAt: exp };
}

function isTime(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function isUuid(value: unknown): value is string {
  return typeof value === 'string' && isId(value);
}
