import { hash } from 'node:crypto';
import { decodeProtectedHeader, errors, type JWTPayload, jwtVerify, SignJWT } from 'jose';
import type { Clock } from '../../kernel/clock.ts';
import { isId } from '../../kernel/ids.ts';
import { isStrictCompactJws } from './jws-syntax.ts';
import type { AccessClaims, TokenSigner } from './port.ts';

const ALGORITHM = 'HS256';
/** RFC 9068: keeps tokens that were made for something else from passing as access tokens. */
const TYPE = 'at+jwt';
const ISSUER = 'scriptorium';
const AUDIENCE = 'scriptorium:api';
/** Seconds by which the clocks of two processes may differ. */
const CLOCK_TOLERANCE = 5;
const HEADER_MEMBERS: ReadonlySet<string> = new Set(['alg', 'typ']);
/** Verified tokens that are remembered; about 0.5 kB each. */
const CACHE_LIMIT = 10_000;

export interface TokenSignerOptions {
  /** 32 bytes. */
  readonly key: Uint8Array;
  readonly clock: Clock;
}

/** Access tokens as HS256 JWTs (RFC 7519), for one server or several that share the key. */
export function createTokenSigner(options: TokenSignerOptions): TokenSigner {
  const { key, clock } = options;
  const verified = new VerifiedTokens();
  const seconds = () => Math.floor(clock().getTime() / 1000);
  return {
    sign: (claims, lifetimeSeconds) => {
      const now = seconds();
      return new SignJWT({ sid: claims.sessionId, org: claims.organizationId })
        .setProtectedHeader({ alg: ALGORITHM, typ: TYPE })
        .setIssuer(ISSUER)
        .setAudience(AUDIENCE)
        .setSubject(claims.userId)
        .setIssuedAt(now)
        .setNotBefore(now)
        .setExpirationTime(now + lifetimeSeconds)
        .sign(key);
    },
    verify: async (token) => {
      const known = verified.get(token, seconds());
      if (known) return known;
      const claims = await verifyAfresh(token, key, clock);
      if (claims) verified.add(token, claims);
      return claims;
    },
  };
}

async function verifyAfresh(token: string, key: Uint8Array, clock: Clock): Promise<AccessClaims | undefined> {
  if (!isStrictCompactJws(token)) return undefined;
  try {
    // The algorithm is ours to choose; a key, an address of one or a critical extension has no business in the header.
    const header = decodeProtectedHeader(token);
    if (!Object.keys(header).every((member) => HEADER_MEMBERS.has(member))) return undefined;
    const { payload } = await jwtVerify(token, key, {
      algorithms: [ALGORITHM],
      typ: TYPE,
      issuer: ISSUER,
      audience: AUDIENCE,
      currentDate: clock(),
      clockTolerance: CLOCK_TOLERANCE,
      requiredClaims: ['sub', 'sid', 'org', 'iat', 'nbf', 'exp'],
    });
    return claimsOf(payload);
  } catch (error) {
    // `decodeProtectedHeader` throws a TypeError for what is no header.
    if (error instanceof errors.JOSEError || error instanceof TypeError) return undefined;
    throw error;
  }
}

function claimsOf(payload: JWTPayload): AccessClaims | undefined {
  const { sub, sid, org, exp } = payload;
  if (!isUuid(sub) || !isUuid(sid) || !isUuid(org) || exp === undefined) return undefined;
  return { userId: sub, sessionId: sid, organizationId: org, expiresAt: exp };
}

function isUuid(value: unknown): value is string {
  return typeof value === 'string' && isId(value);
}

/** Verification is pure until the token ends, so each token is verified once. Keyed by hash; the oldest entry goes first. */
class VerifiedTokens {
  readonly #claims = new Map<string, AccessClaims>();

  get(token: string, now: number): AccessClaims | undefined {
    const key = hash('sha256', token, 'base64url');
    const claims = this.#claims.get(key);
    if (!claims || claims.expiresAt > now) return claims;
    this.#claims.delete(key);
    return undefined;
  }

  add(token: string, claims: AccessClaims): void {
    this.#claims.set(hash('sha256', token, 'base64url'), claims);
    if (this.#claims.size <= CACHE_LIMIT) return;
    const oldest = this.#claims.keys().next();
    if (!oldest.done) this.#claims.delete(oldest.value);
  }
}
