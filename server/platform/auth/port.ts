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
}

/** Turns credentials into an actor; the public actor when there are none. Throws `unauthenticated` for bad ones. */
export interface Authenticator {
  authenticate(credentials: Credentials): Promise<Actor>;
}
