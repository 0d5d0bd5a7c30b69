import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Actor } from '../../kernel/actor.ts';
import { AppError } from '../../kernel/errors.ts';
import {
  type Allowance,
  networkOf,
  type Quotas,
  type RateLimits,
  type Subject,
  WINDOW_SECONDS,
} from '../rate-limit/index.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What a request of this route counts for; 1 where it does not say. */
    rateLimit?: { readonly cost: number };
  }
}

type Hook = (request: FastifyRequest, reply: FastifyReply) => Promise<void>;

/**
 * Two looks at each request. `byAddress`, before anything is looked up: so that a flood of wrong tokens costs little, it
 * never leaves the process. `byActor`, once it is known who asks: user or key, and organization; where processes count
 * together also the address, all in one round trip. Answers carry `RateLimit` and `RateLimit-Policy`
 * (draft-ietf-httpapi-ratelimit-headers-10), refusals `Retry-After` too.
 */
export function createRateLimitHooks({ quotas, local, shared }: RateLimits): {
  byAddress: Hook;
  byActor: Hook;
} {
  const policies: Readonly<Record<Subject['limited'], string>> = {
    address: policy('address', quotas),
    user: policy('user', quotas),
    key: policy('key', quotas),
    organization: policy('organization', quotas),
  };

  function answer(reply: FastifyReply, allowances: readonly Allowance[], before: string): void {
    const names = allowances.map(({ limited }) => policies[limited]).join(', ');
    const state = allowances.map(item).join(', ');
    reply.header('ratelimit-policy', before === '' ? names : `${policies.address}, ${names}`);
    reply.header('ratelimit', before === '' ? state : `${before}, ${state}`);
    const exceeded = allowances.filter((allowance) => allowance.exceeded);
    if (exceeded.length > 0) throw tooManyRequests(exceeded);
  }

  return {
    async byAddress(request, reply) {
      const address: Subject = { limited: 'address', id: networkOf(request.ip) };
      answer(reply, await local.consume([address], costOf(request)), '');
    },
    async byActor(request, reply) {
      const subjects = subjectsOf(request.actor);
      if (shared) subjects.unshift({ limited: 'address', id: networkOf(request.ip) });
      if (subjects.length === 0) return;
      const before = shared ? '' : String(reply.getHeader('ratelimit'));
      answer(reply, await (shared ?? local).consume(subjects, costOf(request)), before);
    },
  };
}

function costOf(request: FastifyRequest): number {
  return request.routeOptions.config.rateLimit?.cost ?? 1;
}

/** A key has a count of its own: a program that runs wild does not lock its owner out. */
function subjectsOf({ kind, userId, credentialId, organizationId }: Actor): Subject[] {
  const subjects: Subject[] = [];
  if (kind === 'apiKey' && credentialId !== undefined) subjects.push({ limited: 'key', id: credentialId });
  else if (userId !== null) subjects.push({ limited: 'user', id: userId });
  if (organizationId !== null) subjects.push({ limited: 'organization', id: organizationId });
  return subjects;
}

/** A policy's name, quota and window in seconds, as an item of structured fields (RFC 9651). */
function policy(limited: Subject['limited'], quotas: Quotas): string {
  return `"${limited}";q=${quotas[limited]};w=${WINDOW_SECONDS}`;
}

function item({ limited, remaining, resetSeconds }: Allowance): string {
  return `"${limited}";r=${remaining};t=${resetSeconds}`;
}

function tooManyRequests(exceeded: readonly Allowance[]): AppError {
  return new AppError({
    kind: 'rate_limited',
    code: 'request.rate_limited',
    safeMessage: 'Too many requests. Wait a moment and try again.',
    retryable: true,
    retryAfterSeconds: Math.max(...exceeded.map(({ resetSeconds }) => resetSeconds)),
  });
}
