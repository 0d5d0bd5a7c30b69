import type { Scope } from './scopes.ts';

/** Who is asking. Every service method takes one first, and the unit of work turns it into the tenant of the query. */
export type Role = 'admin' | 'power' | 'regular' | 'guest';

export const ROLES: readonly Role[] = ['admin', 'power', 'regular', 'guest'];

export interface Actor {
  /**
   * `user`, `apiKey`: a person or their key. `system`: the product itself, working for one organization (a job) or, with
   * `organizationId` null, for the whole instance. `operator`: who runs the instance. `public`: nobody has signed in.
   */
  readonly kind: 'user' | 'apiKey' | 'system' | 'operator' | 'public';
  readonly userId: string | null;
  readonly organizationId: string | null;
  readonly role: Role | null;
  /** Of an API key; empty for everybody else, whom their role alone limits. */
  readonly scopes: readonly Scope[];
  readonly requestId: string;
  /** A person who runs the instance, asking as themselves. */
  readonly operator?: true;
  /**
   * They came through an identity provider, which opened this organization and does not open everything: not they, but whoever runs
   * it may be asking, so what concerns their account elsewhere is not for them.
   */
  readonly confined?: true;
  /** The session or API key by which they ask; absent where there is none. */
  readonly credentialId?: string;
  /** The network address that the request came from; absent for what the product does by itself. */
  readonly address?: string;
}

/** An actor that works inside one organization: what `organizationOf` gives back. */
export type OrganizationActor = Actor & { readonly organizationId: string };

/** The product working for one organization, in a job or a subscriber. */
export function systemActor(organizationId: string, requestId: string): OrganizationActor {
  return { kind: 'system', userId: null, organizationId, role: 'admin', scopes: [], requestId };
}

/** The product working for the whole instance: start-up, sign-in look-ups, sweeps. It sees identity, never a tenant's rows. */
export function instanceActor(requestId: string): Actor {
  return { kind: 'system', userId: null, organizationId: null, role: null, scopes: [], requestId };
}

/** Nobody has signed in. */
export function publicActor(requestId: string, address?: string): Actor {
  return {
    kind: 'public',
    userId: null,
    organizationId: null,
    role: null,
    scopes: [],
    requestId,
    ...(address === undefined ? {} : { address }),
  };
}

const RANK: Readonly<Record<Role, number>> = { guest: 0, regular: 1, power: 2, admin: 3 };

/** Whether the actor's role in its organization is at least `minimum`. */
export function hasRole(actor: Actor, minimum: Role): boolean {
  return actor.role !== null && RANK[actor.role] >= RANK[minimum];
}

/** The one of two roles that may less. */
export function lowerRole(one: Role, other: Role): Role {
  return RANK[one] < RANK[other] ? one : other;
}
