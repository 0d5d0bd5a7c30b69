import { errors, type JWTPayload, jwtVerify } from 'jose';
import { createIssuerKeys, type IssuerKey, type IssuerKeysOptions } from './issuer-keys.ts';
import { isStrictCompactJws } from './jws-syntax.ts';
import { uniqueJsonObject } from './unique-json.ts';
import { VerifiedTokens } from './verified-tokens.ts';

/** Characters. Claims of groups make tokens long; all headers of a request together have 16 kB. */
const MAX_LENGTH = 8192;
const MAX_KID = 256;
/** Characters of `sub` (OpenID Connect Core, 2). */
const MAX_SUBJECT = 255;
/** Seconds by which the issuer's clock may differ from ours. */
const CLOCK_TOLERANCE = 30;
/** What access and ID tokens call themselves; a logout token or an event is neither (RFC 8725, 3.11). */
const TYPES = ['jwt', 'at+jwt'] as const;

/** What a foreign issuer says, checked. */
export interface IssuerClaims {
  readonly issuer: string;
  /** Who the token is about; unique with this issuer only. Null where none is given and none is required. */
  readonly subject: string | null;
  /** Seconds since 1970. */
  readonly expiresAt: number;
  /** All claims. */
  readonly claims: Readonly<Record<string, unknown>>;
}

export interface IssuerVerifierOptions extends IssuerKeysOptions {
  /** `iss`, to the letter. */
  readonly issuer: string;
  /** One of these must be in `aud`. */
  readonly audience: string | readonly string[];
  /** Values of `typ` in lower case, without `application/`; a token without `typ` counts as `jwt`. Default `jwt` and `at+jwt`. */
  readonly types?: readonly string[];
  /** Whether tokens must say who they are about. Default `required`. */
  readonly subject?: 'required' | 'optional';
}

export interface IssuerVerifier {
  /**
   * Undefined for every token that is not wholly valid now. Throws `auth.issuer_unavailable` (503) where the issuer's keys
   * are needed and cannot be read.
   */
  verify(token: string): Promise<IssuerClaims | undefined>;
}

interface Verified {
  readonly claims: IssuerClaims;
  readonly key: IssuerKey;
  /** What the token said about its key. */
  readonly kid: string | undefined;
  readonly expiresAt: number;
}

/**
 * Checks the tokens (RFC 7519, with RFC 8725) of an issuer that an operator trusts. The key comes from the issuer's
 * published set alone: whatever the token says about keys, but for `kid`, means nothing.
 */
export function createIssuerVerifier(options: IssuerVerifierOptions): IssuerVerifier {
  const { issuer, clock, algorithms, types = TYPES, subject = 'required' } = options;
  const audience = typeof options.audience === 'string' ? options.audience : [...options.audience];
  const keys = createIssuerKeys(options);
  const verified = new VerifiedTokens<Verified>();
  const seconds = () => Math.floor(clock().getTime() / 1000);

  return {
    verify: async (token) => {
      const known = verified.get(token, seconds());
      if (known && keys.get({ algorithm: known.key.algorithm, kid: known.kid }) === known.key)
        return known.claims;
      if (!isStrictCompactJws(token, MAX_LENGTH)) return undefined;
      const [header = '', payload = ''] = token.split('.');
      const wanted = readHeader(header);
      if (!wanted || !uniqueJsonObject(payload)) return undefined;
      const key = await keys.find(wanted);
      const claims = key && (await verifyWith(key, token));
      if (claims) verified.add(token, { claims, key, kid: wanted.kid, expiresAt: claims.expiresAt });
      return claims;
    },
  };

  function readHeader(part: string) {
    const header = uniqueJsonObject(part);
    const algorithm = algorithms.find((name) => name === header?.alg);
    if (!header || !algorithm || 'crit' in header || 'b64' in header || !types.includes(typeOf(header)))
      return undefined;
    const { kid } = header;
    if (kid === undefined) return { algorithm, kid };
    return typeof kid === 'string' && kid.length <= MAX_KID ? { algorithm, kid } : undefined;
  }

  async function verifyWith({ key, algorithm }: IssuerKey, token: string): Promise<IssuerClaims | undefined> {
    try {
      const { payload } = await jwtVerify(token, key, {
        algorithms: [algorithm],
        issuer,
        audience,
        currentDate: clock(),
        clockTolerance: CLOCK_TOLERANCE,
        requiredClaims: ['iat', 'exp'],
      });
      return claimsOf(payload);
    } catch (error) {
      if (error instanceof errors.JOSEError) return undefined;
      throw error;
    }
  }

  function claimsOf(payload: JWTPayload): IssuerClaims | undefined {
    const { sub, iat, nbf, exp } = payload;
    if (sub === undefined ? subject === 'required' : !isSubject(sub)) return undefined;
    if (!isTime(exp) || !isTime(iat) || (nbf !== undefined && !isTime(nbf))) return undefined;
    if (iat > seconds() + CLOCK_TOLERANCE) return undefined;
    return { issuer, subject: sub ?? null, expiresAt: exp, claims: payload };
  }
}

/**
 * The issuer that a token names, for choosing whom to ask; nothing of it is proven. Undefined where the text is no JWS
 * with claims.
 */
export function unverifiedIssuerOf(token: string): string | undefined {
  if (!isStrictCompactJws(token, MAX_LENGTH)) return undefined;
  const iss = uniqueJsonObject(token.split('.')[1] ?? '')?.iss;
  return typeof iss === 'string' ? iss : undefined;
}

function typeOf({ typ = 'jwt' }: Readonly<Record<string, unknown>>): string {
  return typeof typ === 'string' ? typ.toLowerCase().replace(/^application\//, '') : '';
}

function isSubject(value: unknown): value is string {
  return (
    typeof value === 'string' &&
    value !== '' &&
    value.length <= MAX_SUBJECT &&
    value.isWellFormed() &&
    !value.includes('\0')
  );
}

/** Others may write fractions (RFC 7519, 2). */
function isTime(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= Number.MAX_SAFE_INTEGER;
}
