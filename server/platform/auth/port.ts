import type { CryptoKey } from 'jose';
import type { Actor } from '../../kernel/actor.ts';

export interface Credentials {
  /** From `Authorization: Bearer`. */
  readonly bearer: string | undefined;
  /** The access cookie. */
  readonly cookie: string | undefined;
  /** `X-CSRF-Token`, needed on unsafe methods when the cookie is what signs in. */
  readonly csrfToken: string | undefined;
  /** GET, HEAD or OPTIONS. */
  readonly safeMethod: boolean;
  /** `X-Organization-Id`. */
  readonly organizationId: string | undefined;
  /** The call is one that the admins of a closed organization may still make. */
  readonly whileClosed?: boolean;
  /** The call is one that people may make whose organization still asks for a second factor. */
  readonly withoutSecondFactor?: boolean;
  readonly requestId: string;
  /** Where the request came from, past trusted proxies. */
  readonly address: string;
}

export interface Authenticator {
  /** Turns credentials into an actor; the public actor when there are none. Throws `unauthenticated` for bad ones. */
  authenticate(credentials: Credentials): Promise<Actor>;
  /**
   * Turns credentials into the actor of whoever runs the instance; `adminSecret` is `X-Admin-Secret`. Throws
   * `identity.operator_required`, `identity.invalid_admin_secret`, `identity.too_many_attempts`, and what `authenticate` does.
   */
  authenticateOperator(credentials: Credentials, adminSecret: string | undefined): Promise<Actor>;
}

/** What an access token says. It proves who signed in; what they may do is read from the database on each request. */
export interface AccessClaims {
  readonly userId: string;
  readonly sessionId: string;
  readonly organizationId: string;
  /** Seconds since 1970, as `exp` has it. */
  readonly expiresAt: number;
}

/** Makes and checks access tokens; the keys and the algorithm are its own business. */
export interface TokenSigner {
  sign(claims: Omit<AccessClaims, 'expiresAt'>, lifetimeSeconds: number): Promise<string>;
  /** Undefined for every token that is not wholly valid now: syntax, signature, type, audience, issuer or time. */
  verify(token: string): Promise<AccessClaims | undefined>;
}

/** The public half of a signing key as RFC 8037 writes it, with what a verifier needs to know about its use (RFC 7517). */
export interface PublicSigningKey {
  readonly kty: 'OKP';
  readonly crv: 'Ed25519';
  readonly alg: 'EdDSA';
  readonly use: 'sig';
  /** The key's SHA-256 thumbprint (RFC 7638). */
  readonly kid: string;
  readonly x: string;
}

/** A key of this instance, opened. Times are in milliseconds since 1970. */
export interface SigningKey {
  readonly kid: string;
  readonly publicJwk: PublicSigningKey;
  readonly publicKey: CryptoKey;
  readonly privateKey: CryptoKey;
  /** It is published before that, so that verifiers know it when its first token arrives. */
  readonly activeFrom: number;
  /** From then on its successor signs; null while there is none. */
  readonly retiredAt: number | null;
  /** From then on its tokens are refused. */
  readonly expiresAt: number | null;
}

/** The signing keys as one process remembers them. */
export interface KeyRing {
  /** The key that signs now. Throws where the store cannot be reached and none is remembered. */
  current(): Promise<SigningKey>;
  /** A key that is remembered and accepted now; asks nobody. */
  get(kid: string): SigningKey | undefined;
  /** The same, and where it is not remembered the store is asked, at most once a second. */
  find(kid: string): Promise<SigningKey | undefined>;
  /** What verifiers may know: the keys that are accepted now, and the one that comes next. */
  published(): Promise<readonly PublicSigningKey[]>;
  /** Reads the store: somebody changed the keys. */
  refresh(): Promise<void>;
}

/** Keeps passwords as slow hashes. */
export interface PasswordHasher {
  /**
   * A hash in PHC form, with its own salt and costs. `address`: the network address that asks; requests of different networks
   * take turns. Both methods throw `auth.busy` where too many wait.
   */
  hash(password: string, address: string | undefined): Promise<string>;
  /** False for a wrong password, and, after the same work, where there is no hash to compare with. */
  verify(hash: string | null, password: string, address: string | undefined): Promise<boolean>;
}

/** The proof that a request comes from a page that could read the answer to the sign-in. */
export interface CsrfProofs {
  proofFor(sessionId: string): string;
  accepts(sessionId: string, proof: string): boolean;
}

/** Where a session's refresh tokens stand: nothing in it can be presented as a token. */
export interface RefreshFamily {
  readonly sessionId: string;
  /** Counts the rotations. */
  readonly generation: number;
  /** 256 random bits, different for each session. */
  readonly seed: Uint8Array;
}

/** What a refresh token claims before it is checked against its family. */
export interface PresentedRefreshToken {
  readonly sessionId: string;
  readonly generation: number;
  /** Whether this token was really given out for the family with this seed. */
  matches(seed: Uint8Array): boolean;
}

/** Makes and reads refresh tokens. */
export interface RefreshTokens {
  tokenOf(family: RefreshFamily): string;
  /** Undefined where the text cannot be a refresh token at all. */
  read(token: string): PresentedRefreshToken | undefined;
}
