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
  readonly requestId: string;
  /** Where the request came from, past trusted proxies. */
  readonly address: string;
}

/** Turns credentials into an actor; the public actor when there are none. Throws `unauthenticated` for bad ones. */
export interface Authenticator {
  authenticate(credentials: Credentials): Promise<Actor>;
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

/** Keeps passwords as slow hashes. */
export interface PasswordHasher {
  /** A hash in PHC form, with its own salt and costs. */
  hash(password: string): Promise<string>;
  /** False for a wrong password, and, after the same work, where there is no hash to compare with. */
  verify(hash: string | null, password: string): Promise<boolean>;
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
