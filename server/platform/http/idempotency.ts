import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Actor, instanceActor } from '../../kernel/actor.ts';
import { AppError } from '../../kernel/errors.ts';
import type { IdSource } from '../../kernel/ids.ts';
import type { UnitOfWork } from '../db/index.ts';
import {
  type ClaimedKey,
  claimKey,
  deleteExpiredKeys,
  type KeptAnswer,
  keepAnswer,
  releaseKey,
  renewLease,
} from './idempotency.repository.ts';
import type { Http } from './port.ts';

const KEEP_SECONDS = 24 * 3600;
/** A request whose process was killed blocks its key for so long. */
const LEASE_SECONDS = 60;
const RENEW_MS = 20_000;
const RETRY_AFTER_SECONDS = 2;
/** Bytes of an answer. A larger one is not kept: the repeated request hears that it was carried out. */
const MOST_BYTES = 1_000_000;
const KEY = /^[\x20-\x7e]{1,255}$/;
/** Of an answer, beside what every answer gets anew. */
const KEPT_HEADERS = ['content-type', 'location', 'etag'] as const;
/** Refusals that say nothing about the request itself: the next try may be answered differently. */
const PASSING = new Set([401, 403, 408, 429]);

export interface IdempotencyOptions {
  readonly uow: UnitOfWork;
  readonly ids: IdSource;
  /** Keeping or freeing a key failed; the answer went out all the same. */
  readonly onError: (error: unknown) => void;
  /** Largest answer that is kept, bytes; default 1,000,000. */
  readonly mostBytes?: number;
}

/**
 * `Idempotency-Key` on POST, after draft-ietf-httpapi-idempotency-key-header: the same key and request within 24 hours
 * get the first answer with `Idempotency-Replayed: true`; the same key with another request 422; while the first one runs
 * 409 with `Retry-After`.
 *
 * A key belongs to who sent it, in one organization, for one method and path. Requests are the same when query and JSON
 * body are. A multipart body is not read for this: there, its length and its `Content-Digest` (RFC 9530), where sent, are
 * compared. 5xx, refusals of who asks and event streams are not kept; public routes, whose answers hold credentials,
 * ignore the header. Of a route with `secretAnswer` only that it was carried out is kept. What was done and what is kept are two transactions: when the process is killed between them, the
 * request is carried out again.
 */
export interface Idempotency {
  /** Adds the hooks, behind those that find out who asks. */
  register(api: Http): void;
  /** Removes what has expired; to be run once an hour. */
  sweep(): Promise<void>;
}

interface Claim {
  readonly actor: Actor;
  readonly key: ClaimedKey;
  readonly renewal: NodeJS.Timeout;
}

export function createIdempotency({
  uow,
  ids,
  onError,
  mostBytes = MOST_BYTES,
}: IdempotencyOptions): Idempotency {
  const claims = new WeakMap<FastifyRequest, Claim>();

  async function begin(request: FastifyRequest, reply: FastifyReply) {
    const name = keyOf(request);
    const { actor } = request;
    const { organizationId } = actor;
    if (name === undefined || organizationId === null) return;
    const key = {
      organizationId,
      keyHash: hashOf([actor.userId ?? actor.kind, request.method, pathOf(request), name]),
      claim: ids(),
    };
    const wanted = {
      hash: hashOf(fingerprint(request)),
      leaseSeconds: LEASE_SECONDS,
      keepSeconds: KEEP_SECONDS,
    };
    const outcome = await uow.write(actor, (tx) => claimKey(tx, key, wanted));
    if (outcome.kind === 'claimed') {
      const renewal = setInterval(
        () => void uow.write(actor, (tx) => renewLease(tx, key, LEASE_SECONDS)).catch(onError),
        RENEW_MS,
      );
      claims.set(request, { actor, key, renewal: renewal.unref() });
      request.beforeEnd = () => settle(request, null);
      return;
    }
    // A body that nobody reads would hold up the connection.
    request.raw.resume();
    if (outcome.kind === 'differs') throw keyReused();
    if (outcome.kind === 'running') throw stillRunning();
    return replay(reply, outcome.answer);
  }

  /** Keeps `answer`, or frees the key where there is none to keep. Never rejects: what was done was done. */
  async function settle(request: FastifyRequest, answer: KeptAnswer | null): Promise<void> {
    const claim = claims.get(request);
    if (!claim) return;
    claims.delete(request);
    clearInterval(claim.renewal);
    const { actor, key } = claim;
    await uow
      .write(actor, (tx) => (answer ? keepAnswer(tx, key, answer) : releaseKey(tx, key)))
      .catch(onError);
  }

  return {
    register(api) {
      api.addHook('preHandler', begin);
      api.addHook('onSend', async (request, reply, payload) => {
        await settle(request, answerOf(request, reply, payload, mostBytes));
        return payload;
      });
      // What reached neither: an answer whose reader has left.
      api.addHook('onResponse', (request) => settle(request, null));
    },
    sweep: () => uow.write(instanceActor('idempotency.sweep'), deleteExpiredKeys),
  };
}

function keyOf(request: FastifyRequest): string | undefined {
  const given = request.headers['idempotency-key'];
  const { access } = request.routeOptions.config;
  if (given === undefined || request.method !== 'POST' || !access || 'public' in access) return undefined;
  if (typeof given === 'string' && KEY.test(given)) return given;
  throw new AppError({
    kind: 'malformed',
    code: 'request.invalid_idempotency_key',
    safeMessage: 'Idempotency-Key must be 1 to 255 printable ASCII characters, for example a UUID.',
  });
}

function pathOf({ url }: FastifyRequest): string {
  return url.split('?')[0] ?? url;
}

/** What makes a request the same one. */
function fingerprint(request: FastifyRequest): readonly unknown[] {
  const [mediaType = ''] = (request.headers['content-type'] ?? '').split(';');
  const isMultipart = mediaType.startsWith('multipart/');
  const body = isMultipart
    ? [request.headers['content-length'], request.headers['content-digest']]
    : request.body;
  return [request.query, mediaType, body];
}

/** SHA-256 of values that JSON can tell apart. */
function hashOf(values: readonly unknown[]): Uint8Array {
  return createHash('sha256').update(JSON.stringify(values)).digest();
}

/** Null for what is not kept; also for the refusal of a body that broke off, which nobody heard. */
function answerOf(
  request: FastifyRequest,
  reply: FastifyReply,
  payload: unknown,
  mostBytes: number,
): KeptAnswer | null {
  const status = reply.statusCode;
  if (status >= 500 || PASSING.has(status) || (status >= 400 && !request.raw.complete)) return null;
  const body = payload ?? '';
  if (typeof body !== 'string') return null;
  const secret = request.routeOptions.config.secretAnswer === true && status < 300;
  const notKept = secret || Buffer.byteLength(body) > mostBytes;
  const headers = KEPT_HEADERS.flatMap((name) => {
    const value = reply.getHeader(name);
    return value === undefined ? [] : [[name, String(value)] as const];
  });
  return {
    status,
    headers: Object.fromEntries(headers),
    body: body === '' || notKept ? null : body,
    notKept,
  };
}

function replay(reply: FastifyReply, { status, headers, body, notKept }: KeptAnswer): FastifyReply {
  if (notKept) throw answerNotKept(headers.location);
  // As bytes: to the Content-Type of a text Fastify would add a charset.
  return reply
    .code(status)
    .headers(headers)
    .header('idempotency-replayed', 'true')
    .send(body === null ? undefined : Buffer.from(body));
}

function keyReused(): AppError {
  return new AppError({
    kind: 'invalid',
    code: 'request.idempotency_key_reused',
    safeMessage: 'This Idempotency-Key was used for another request. Use a new one for each request.',
  });
}

function stillRunning(): AppError {
  return new AppError({
    kind: 'conflict',
    code: 'request.in_flight',
    safeMessage: 'The first request with this Idempotency-Key is still running. Ask again in a moment.',
    retryable: true,
    retryAfterSeconds: RETRY_AFTER_SECONDS,
  });
}

function answerNotKept(location: string | undefined): AppError {
  return new AppError({
    kind: 'conflict',
    code: 'request.answer_not_kept',
    safeMessage: `The request with this Idempotency-Key was carried out; its answer, too large or secret, was not kept.${location === undefined ? '' : ` See ${location}.`}`,
  });
}
