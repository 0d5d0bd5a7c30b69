import { type CryptoKey, importJWK, type JWK } from 'jose';
import type { Logger } from 'pino';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import type { Clock } from '../../kernel/clock.ts';
import { AppError } from '../../kernel/errors.ts';
import type { Outbound } from '../outbound/port.ts';

/** What foreign tokens may be signed with, and by which keys (RFC 7518, 3.1; RFC 8037; RFC 9864). Never with a shared secret. */
const KEYS_OF = {
  RS256: { kty: 'RSA' },
  PS256: { kty: 'RSA' },
  ES256: { kty: 'EC', crv: 'P-256' },
  EdDSA: { kty: 'OKP', crv: 'Ed25519' },
  Ed25519: { kty: 'OKP', crv: 'Ed25519' },
} as const;
export type IssuerAlgorithm = keyof typeof KEYS_OF;

/** Milliseconds after which the keys are read again while they go on being used. */
const FRESH_FOR = 600_000;
/** Milliseconds that keys are used while the issuer cannot be reached; no token of it lives much longer. */
const USABLE_FOR = 24 * 3_600_000;
/** Milliseconds between two questions while there are keys, so that made-up ids cause no load, and while there are none. */
const ASK_AGAIN_AFTER = 60_000;
const ASK_AGAIN_WITHOUT_KEYS_AFTER = 10_000;
/** Milliseconds between two questions where the keys are. */
const LOCATE_AGAIN_AFTER = 3_600_000;
const MAX_BYTES = 256_000;
const TIMEOUT_MS = 5000;
const MAX_KEYS = 100;
/** Bytes of an RSA modulus: 2048 bits are the least (RFC 7518, 3.3), and more than 8192 cost too much. */
const RSA_MODULUS = { min: 256, max: 1024 } as const;
const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv'] as const;

const KeySet = Type.Object({ keys: Type.Array(Type.Unknown(), { maxItems: MAX_KEYS }) });
const PublicKey = Type.Object({
  kty: Type.Union([Type.Literal('RSA'), Type.Literal('EC'), Type.Literal('OKP')]),
  crv: Type.Optional(Type.String()),
  kid: Type.Optional(Type.String()),
  alg: Type.Optional(Type.String()),
  use: Type.Optional(Type.String()),
  key_ops: Type.Optional(Type.Array(Type.String())),
  n: Type.Optional(Type.String()),
  e: Type.Optional(Type.String()),
});

/** A published key for one algorithm; the same object as long as it is published unchanged. */
export interface IssuerKey {
  readonly algorithm: IssuerAlgorithm;
  readonly kid: string | undefined;
  readonly key: CryptoKey;
}

/** The algorithm of a token and the id of its key, where it names one. */
export type WantedKey = Pick<IssuerKey, 'algorithm' | 'kid'>;

export interface IssuerKeys {
  /** A key that is remembered; begins to read them again when they are old. */
  get(wanted: WantedKey): IssuerKey | undefined;
  /** The same, and where it is not remembered the issuer is asked. Throws `auth.issuer_unavailable`. */
  find(wanted: WantedKey): Promise<IssuerKey | undefined>;
}

export interface IssuerKeysOptions {
  /** Where the issuer publishes its keys (RFC 7517), as it said just now. */
  readonly jwksUri: string;
  /**
   * Where it says that they are by now. Asked at most once an hour, when they are no longer there or lack one that is wanted; a
   * rejection means that nobody knows. Without it they stay where they are.
   */
  readonly locate?: () => Promise<string>;
  readonly algorithms: readonly IssuerAlgorithm[];
  readonly outbound: Pick<Outbound, 'request'>;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'warn'>;
}

/** The keys of a foreign issuer, remembered. An answer that holds no usable key replaces none. */
export function createIssuerKeys(options: IssuerKeysOptions): IssuerKeys {
  const { locate, algorithms, outbound, clock, logger } = options;
  let { jwksUri } = options;
  let locatedAt = clock().getTime();
  let published: ReadonlyMap<string, IssuerKey> = new Map();
  let readAt = Number.NEGATIVE_INFINITY;
  let askedAt = Number.NEGATIVE_INFINITY;
  let failed = false;
  let reading: Promise<void> | undefined;
  const age = (time: number) => clock().getTime() - time;

  return { get, find };

  function get(wanted: WantedKey): IssuerKey | undefined {
    if (age(readAt) > USABLE_FOR) return undefined;
    if (age(readAt) > FRESH_FOR && mayAsk()) read(wanted).catch(() => undefined);
    return matching(wanted);
  }

  /** The one key that it can be. */
  function matching(wanted: WantedKey): IssuerKey | undefined {
    const [only, ...others] = [...published.values()].filter(
      ({ algorithm, kid }) =>
        algorithm === wanted.algorithm && (wanted.kid === undefined || kid === wanted.kid),
    );
    return others.length === 0 ? only : undefined;
  }

  async function find(wanted: WantedKey): Promise<IssuerKey | undefined> {
    const known = get(wanted);
    if (known) return known;
    if (reading || mayAsk()) await read(wanted);
    else if (failed) throw issuerUnavailable();
    return get(wanted);
  }

  function mayAsk(): boolean {
    return age(askedAt) >= (age(readAt) > USABLE_FOR ? ASK_AGAIN_WITHOUT_KEYS_AFTER : ASK_AGAIN_AFTER);
  }

  /** Callers at the same time share one reading. */
  function read(wanted: WantedKey): Promise<void> {
    reading ??= readNow(wanted).finally(() => {
      reading = undefined;
    });
    return reading;
  }

  async function readNow(wanted: WantedKey): Promise<void> {
    askedAt = clock().getTime();
    failed = true;
    try {
      published = await importAll(await fetchWherever());
      if (!matching(wanted) && (await moved())) published = await importAll(await fetchKeys());
    } catch (error) {
      logger.warn({ err: error, jwksUri }, 'the keys of a token issuer could not be read');
      throw issuerUnavailable(error);
    }
    readAt = askedAt;
    failed = false;
  }

  async function fetchWherever(): Promise<readonly unknown[]> {
    try {
      return await fetchKeys();
    } catch (error) {
      if (error instanceof NoKeysHere && (await moved())) return fetchKeys();
      throw error;
    }
  }

  /** Whether the keys are elsewhere now. */
  async function moved(): Promise<boolean> {
    if (!locate || age(locatedAt) < LOCATE_AGAIN_AFTER) return false;
    locatedAt = clock().getTime();
    const before = jwksUri;
    jwksUri = await locate().catch(() => before);
    return jwksUri !== before;
  }

  async function fetchKeys(): Promise<readonly unknown[]> {
    const answer = await outbound.request(jwksUri, {
      headers: { accept: 'application/jwk-set+json, application/json' },
      maxBytes: MAX_BYTES,
      timeoutMs: TIMEOUT_MS,
    });
    if (answer.status === 404 || answer.status === 410)
      throw new NoKeysHere(`the issuer answered ${answer.status}`);
    if (answer.status !== 200) throw new Error(`the issuer answered ${answer.status}`);
    const body: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(answer.body));
    if (!Value.Check(KeySet, body)) throw new Error('the answer is no JWK set');
    return body.keys;
  }

  async function importAll(jwks: readonly unknown[]): Promise<ReadonlyMap<string, IssuerKey>> {
    const usable = new Map<string, IssuerKey>();
    for (const jwk of jwks) {
      if (!Value.Check(PublicKey, jwk) || !isUsable(jwk)) continue;
      for (const algorithm of algorithms.filter((name) => fits(jwk, name))) {
        const id = `${algorithm} ${JSON.stringify(jwk)}`;
        const key = published.get(id) ?? (await imported(jwk, algorithm));
        if (key) usable.set(id, key);
      }
    }
    if (usable.size === 0) throw new Error('the JWK set holds no key for the algorithms that are allowed');
    return usable;
  }
}

/** There is nothing at this address, which says more than that it cannot be reached. */
class NoKeysHere extends Error {}

type PublicJwk = JWK & { readonly kty: 'RSA' | 'EC' | 'OKP' };

/** A key whose private half is published too is nobody's. */
function isUsable(jwk: PublicJwk): boolean {
  if (PRIVATE_MEMBERS.some((member) => member in jwk)) return false;
  if (jwk.use !== undefined && jwk.use !== 'sig') return false;
  if (jwk.key_ops !== undefined && !jwk.key_ops.includes('verify')) return false;
  return jwk.kty !== 'RSA' || isSafeRsa(jwk);
}

/** With an exponent of 1 everything is its own signature. */
function isSafeRsa({ n = '', e = '' }: PublicJwk): boolean {
  const modulus = Buffer.from(n, 'base64url').length;
  const exponent = Buffer.from(e, 'base64url');
  const value = exponent.length > 0 && exponent.length <= 4 ? exponent.readUIntBE(0, exponent.length) : 0;
  return modulus >= RSA_MODULUS.min && modulus <= RSA_MODULUS.max && value >= 65_537 && value % 2 === 1;
}

function fits(jwk: PublicJwk, algorithm: IssuerAlgorithm): boolean {
  const wanted = KEYS_OF[algorithm];
  const curve = 'crv' in wanted ? wanted.crv : undefined;
  return jwk.kty === wanted.kty && jwk.crv === curve && (jwk.alg ?? algorithm) === algorithm;
}

/** Undefined for what is no point of its curve, or no key at all. */
async function imported(jwk: PublicJwk, algorithm: IssuerAlgorithm): Promise<IssuerKey | undefined> {
  try {
    const key = await importJWK(jwk, algorithm);
    return key instanceof Uint8Array ? undefined : { algorithm, kid: jwk.kid, key };
  } catch {
    return undefined;
  }
}

function issuerUnavailable(cause?: unknown): AppError {
  return new AppError({
    kind: 'unavailable',
    code: 'auth.issuer_unavailable',
    safeMessage: 'Who gave out this token cannot be asked for its keys at the moment. Try again soon.',
    retryable: true,
    retryAfterSeconds: ASK_AGAIN_WITHOUT_KEYS_AFTER / 1000,
    cause,
  });
}
