import type { FastifyRequest } from 'fastify';
import type { Actor } from '../../kernel/actor.ts';
import { AppError, isAppError } from '../../kernel/errors.ts';
import type { AccessChanges } from '../auth/access-changes.ts';
import type { AccessCheck } from './access.ts';

/** Milliseconds after which a stream is looked at again although nobody said that anything changed: tokens expire by themselves. */
const RECHECK_MS = 20_000;
/** Streams of one organization in one process. Many of them ask the database again and again, and others wait behind that. */
const MOST_STREAMS = 200;
const RETRY_AFTER_SECONDS = 10;

/** Watches that whoever opened a stream may still have it. */
export interface LiveAccess {
  /**
   * The signal aborts with `identity.access_ended` once the request would be refused, or answered for another role: within a
   * second of the change, within 20 s where a token expires. Where operators close what the stream is part of it aborts
   * within 20 s with what they answer. Call `release` when the stream has ended. Throws `request.too_many_streams`.
   */
  watch(request: FastifyRequest): { readonly signal: AbortSignal; release(): void };
}

export interface LiveAccessOptions {
  /** Asked again with what the request brought. */
  readonly check: AccessCheck;
  /** Asked after it: throws where operators have closed what is asked for. */
  readonly gate?: ((request: FastifyRequest) => Promise<void>) | undefined;
  /** Without them only the recheck notices. */
  readonly changes?: AccessChanges | undefined;
  readonly recheckMs?: number;
  /** Of one organization; default 200. */
  readonly mostStreams?: number;
}

export function createLiveAccess(options: LiveAccessOptions): LiveAccess {
  const { check, gate, changes, recheckMs = RECHECK_MS, mostStreams = MOST_STREAMS } = options;
  const openStreams = createStreamCount(mostStreams);
  return {
    watch: (request) => {
      const ended = new AbortController();
      const { actor } = request;
      if (actor.kind === 'public') return { signal: ended.signal, release: () => undefined };
      const close = openStreams(actor.organizationId);
      let asked = 0;
      let running = false;

      // Asked while a check runs, it runs once more: the change may have come after what the check read.
      async function recheck(): Promise<void> {
        asked++;
        if (running) return;
        running = true;
        for (let answered = 0; answered < asked && !ended.signal.aborted; ) {
          answered = asked;
          const reason = await reasonToEnd();
          if (reason !== undefined) ended.abort(reason);
        }
        running = false;
      }

      async function reasonToEnd(): Promise<unknown> {
        try {
          const now = await check(request);
          if (now !== undefined && !hasSameRights(actor, now)) return accessEnded();
        } catch (error) {
          // A database that does not answer has not said no: the next look decides.
          return !isAppError(error) || error.retryable ? undefined : accessEnded();
        }
        return gate?.(request).then(
          () => undefined,
          (closed: unknown) => closed,
        );
      }

      const unwatch = changes?.watch(actor, () => void recheck());
      const timer = setInterval(() => void recheck(), recheckMs).unref();
      // What changed between the check at the door and now was told to nobody.
      void recheck();
      return {
        signal: ended.signal,
        release: () => {
          clearInterval(timer);
          unwatch?.();
          close();
        },
      };
    },
  };
}

/** Counts a stream until the returned function is called, once or more often. */
function createStreamCount(most: number): (organizationId: string | null) => () => void {
  const counts = new Map<string | null, number>();
  return (organizationId) => {
    const count = counts.get(organizationId) ?? 0;
    if (count >= most) throw tooManyStreams();
    counts.set(organizationId, count + 1);
    let isOpen = true;
    return () => {
      if (!isOpen) return;
      isOpen = false;
      const left = (counts.get(organizationId) ?? 1) - 1;
      if (left === 0) counts.delete(organizationId);
      else counts.set(organizationId, left);
    };
  };
}

function tooManyStreams(): AppError {
  return new AppError({
    kind: 'rate_limited',
    code: 'request.too_many_streams',
    safeMessage: 'Your organization follows too many things at once. Close some of them, and try again.',
    retryable: true,
    retryAfterSeconds: RETRY_AFTER_SECONDS,
  });
}

function hasSameRights(before: Actor, now: Actor): boolean {
  return (
    before.kind === now.kind &&
    before.userId === now.userId &&
    before.organizationId === now.organizationId &&
    before.role === now.role &&
    before.scopes.join() === now.scopes.join()
  );
}

function accessEnded(): AppError {
  return new AppError({
    kind: 'unauthenticated',
    code: 'identity.access_ended',
    safeMessage: 'Your access has ended or changed. Sign in or connect again.',
  });
}
