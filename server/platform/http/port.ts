import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type {
  FastifyBaseLogger,
  FastifyInstance,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify';
import type { Actor, Role } from '../../kernel/actor.ts';
import type { Feature } from '../../kernel/features.ts';
import type { Scope } from '../../kernel/scopes.ts';

/** What a caller must be. Start-up fails for a route that does not say it. */
export type Access =
  | {
      readonly public: string /* the reason why nobody needs to sign in */;
      /** Who has signed in all the same is known; credentials that are not valid are refused. */
      readonly identified?: true;
    }
  /** People by their role; API keys also need the scope: `any` is whichever they have, and with `null` no key is enough. */
  | {
      readonly minimum: Role;
      readonly scope: Scope | 'any' | null;
      /** The `:id` in the path names the organization that is asked about, instead of token and header. */
      readonly organization?: 'path';
      /** The admins of an organization that is closed and waits for its deletion may still call it. */
      readonly whileClosed?: true;
      /** Also for whom the organization still asks for a second factor: what they need to set it up. */
      readonly withoutSecondFactor?: true;
    }
  /** Whoever runs the instance: by `X-Admin-Secret`, or a user who is marked as operator. */
  | { readonly operator: true };

/** The Fastify server with TypeBox types. `request.actor` is set before validation. */
export type Http = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

/** A module's routes, with paths below `/api/v1`. */
export type Routes = (http: Http) => void;

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: Access;
    /** Largest body in bytes where it differs from the server's default. */
    bodyLimit?: number;
    /** Refused where operators have switched this off. */
    feature?: Feature;
    /** The answer to a success holds a secret: `Idempotency-Key` keeps that it was carried out, and not what was said. */
    secretAnswer?: true;
    /** Also answered while operators work on the instance: signing in and out. */
    duringMaintenance?: true;
  }
  interface FastifyRequest {
    actor: Actor;
    /** What an answer that is written past the framework (an event stream) waits for before it ends; never rejects. */
    beforeEnd: (() => Promise<void>) | null;
  }
}
