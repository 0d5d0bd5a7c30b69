import type { IncomingMessage } from 'node:http';
import compress from '@fastify/compress';
import cookie from '@fastify/cookie';
import cors from '@fastify/cors';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Fastify, {
  type FastifyBaseLogger,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify';
import { publicActor } from '../../kernel/actor.ts';
import { AppError } from '../../kernel/errors.ts';
import { newId } from '../../kernel/ids.ts';
import type { AccessChanges } from '../auth/access-changes.ts';
import type { Authenticator } from '../auth/port.ts';
import type { Config } from '../config/index.ts';
import type { Logger } from '../logging/index.ts';
import type { OperatingState } from '../operating/port.ts';
import type { RateLimits } from '../rate-limit/index.ts';
import { createAccessCheck, createAccessHook, requireAccessDeclaration } from './access.ts';
import { answerBrokenRequest, answerExpectation, requireOneHost } from './broken-requests.ts';
import { accessCookie } from './cookies.ts';
import { createGateHook } from './gate.ts';
import type { Idempotency } from './idempotency.ts';
import { isStorableText, parseJson, unstorable } from './json.ts';
import { createLiveAccess, type LiveAccess } from './live-access.ts';
import type { Http, Routes } from './port.ts';
import { PROBLEM_TYPE, toAppError, toProblem } from './problem.ts';
import { createRateLimitHooks } from './rate-limits.ts';
import { securityHeaders } from './security-headers.ts';
import { ARRIVAL_LIMITS, type ArrivalLimits, createBodyWatch } from './slow-requests.ts';
import { createValidatorCompiler } from './validation.ts';

export interface HttpOptions {
  readonly settings: Config['http'];
  readonly logger: Logger;
  readonly authenticator: Authenticator;
  /** Without them an open stream whose access has ended goes on until it is looked at again. */
  readonly accessChanges?: AccessChanges;
  /** What operators have closed; nothing, where it is absent. */
  readonly operating?: OperatingState;
  /** Without them everybody may ask as often as they like. */
  readonly rateLimits?: RateLimits | undefined;
  /** Without it the header `Idempotency-Key` means nothing. */
  readonly idempotency?: Idempotency;
  /** For tests, which do not wait as long. */
  readonly arrival?: ArrivalLimits;
  /** What lives below `/api/v1`. */
  readonly routes: readonly Routes[];
  /** What lives beside it: health, metrics, reference, console. Registered before `routes`. */
  readonly surroundings: readonly ((http: Http) => Promise<void> | void)[];
}

const MEGABYTE = 1_000_000;
/** Bodies of endpoints that do not say otherwise. */
const BODY_LIMIT = MEGABYTE;
/** What scripts of other origins may read of an answer, beside what the web always shows. */
const EXPOSED_HEADERS = [
  'ETag',
  'Idempotency-Replayed',
  'Location',
  'RateLimit',
  'RateLimit-Policy',
  'Retry-After',
  'X-Request-Id',
];
const CLIENT_REQUEST_ID = /^[A-Za-z0-9._~-]{1,128}$/;

declare module 'fastify' {
  interface FastifyInstance {
    /** Aborts when the server begins to stop, so that streams end. */
    readonly stopping: AbortSignal;
    readonly liveAccess: LiveAccess;
  }
}

export async function createHttpServer(options: HttpOptions): Promise<Http> {
  const loggerInstance: FastifyBaseLogger = options.logger;
  const arrival = options.arrival ?? ARRIVAL_LIMITS;
  const headers = securityHeaders({ https: options.settings.secureCookies });
  const http: Http = Fastify({
    loggerInstance,
    trustProxy: (_address, hop) => hop < options.settings.trustedProxies,
    bodyLimit: BODY_LIMIT,
    requestTimeout: 600_000,
    keepAliveTimeout: 72_000,
    genReqId: requestId,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    routerOptions: { maxParamLength: 200 },
    http: { headersTimeout: arrival.headersMs, connectionsCheckingInterval: arrival.checkMs },
    forceCloseConnections: 'idle',
    // Addresses that the router itself refuses, and what is no HTTP at all, are answered like everything else.
    frameworkErrors: (error, request, reply) => sendProblem(error, request, reply.headers(headers)),
    clientErrorHandler: answerBrokenRequest,
  }).withTypeProvider<TypeBoxTypeProvider>();
  http.server.on('checkExpectation', answerExpectation);
  const stopping = new AbortController();
  http.decorate('stopping', stopping.signal);
  http.addHook('preClose', async () => stopping.abort(new Error('the server is stopping')));
  http.decorateRequest('actor');
  http.decorateRequest('beforeEnd', null);
  const check = createAccessCheck(options.authenticator, accessCookie(options.settings.secureCookies));
  const gate = options.operating && createGateHook(options.operating);
  http.decorate('liveAccess', createLiveAccess({ check, gate, changes: options.accessChanges }));

  speakJson(http);
  answerErrors(http);
  await protect(http, options.settings, headers);
  http.addHook('onRequest', createBodyWatch(arrival));
  const limits = options.rateLimits && createRateLimitHooks(options.rateLimits);
  if (limits) http.addHook('onRequest', limits.byAddress);
  logResponses(http, options.logger);
  for (const surround of options.surroundings) await surround(http);
  await http.register(
    async (api) => {
      api.addHook('onRoute', requireAccessDeclaration);
      api.addHook('onRequest', createAccessHook(check));
      if (limits) api.addHook('onRequest', limits.byActor);
      if (gate) api.addHook('onRequest', gate);
      options.idempotency?.register(api.withTypeProvider<TypeBoxTypeProvider>());
      for (const routes of options.routes) routes(api.withTypeProvider<TypeBoxTypeProvider>());
    },
    { prefix: '/api/v1' },
  );
  return http;
}

function requestId(request: IncomingMessage): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && CLIENT_REQUEST_ID.test(given) ? given : newId();
}

function speakJson(http: Http): void {
  http.setValidatorCompiler(createValidatorCompiler());
  http.removeAllContentTypeParsers();
  http.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => {
    try {
      done(null, parseJson(Buffer.isBuffer(body) ? body : Buffer.from(body)));
    } catch (error) {
      done(error instanceof Error ? error : new Error(String(error)));
    }
  });
  http.addHook('preValidation', async (request) => {
    if (!Object.values(request.params ?? {}).every(isStorable)) throw nothingAt(request);
    if (!Object.values(request.query ?? {}).every(isStorable)) throw unstorable();
  });
}

function answerErrors(http: Http): void {
  http.setErrorHandler(sendProblem);
  http.setNotFoundHandler((request) => {
    throw nothingAt(request);
  });
}

function isStorable(value: unknown): boolean {
  return typeof value !== 'string' || isStorableText(value);
}

function nothingAt(request: FastifyRequest): AppError {
  return new AppError({
    kind: 'not_found',
    code: 'request.not_found',
    safeMessage: `There is nothing at ${request.method} ${request.url.split('?')[0]?.slice(0, 200)}.`,
  });
}

function sendProblem(thrown: unknown, request: FastifyRequest, reply: FastifyReply) {
  const error = toAppError(thrown);
  const problem = toProblem(error, request.id);
  if (problem.status >= 500) request.log.error({ err: thrown, requestId: request.id }, 'request failed');
  if (error.retryAfterSeconds !== undefined) reply.header('retry-after', error.retryAfterSeconds);
  if (problem.status === 401) reply.header('www-authenticate', 'Bearer');
  return reply.code(problem.status).type(PROBLEM_TYPE).serializer(JSON.stringify).send(problem);
}

async function protect(
  http: Http,
  settings: Config['http'],
  headers: Readonly<Record<string, string>>,
): Promise<void> {
  http.addHook('onRequest', async (request, reply) => {
    reply.headers(headers).header('x-request-id', request.id);
    request.actor = publicActor(request.id, request.ip);
    requireOneHost(request.raw);
  });
  await http.register(cors, {
    origin: settings.corsOrigins.length > 0 ? [...settings.corsOrigins] : false,
    credentials: true,
    exposedHeaders: EXPOSED_HEADERS,
    maxAge: 600,
  });
  await http.register(cookie);
  await http.register(compress, {
    threshold: 2048,
    encodings: ['br', 'gzip'],
    brotliOptions: { params: { 1: 4 } },
  });
}

function logResponses(http: Http, logger: Logger): void {
  if (!logger.isLevelEnabled('info')) return;
  http.addHook('onResponse', async (request, reply) => {
    request.log.info(
      {
        method: request.method,
        path: request.url.split('?')[0],
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime * 10) / 10,
        organizationId: request.actor.organizationId ?? undefined,
        userId: request.actor.userId ?? undefined,
      },
      'request',
    );
  });
}
