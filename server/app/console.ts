import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { FastifyReply } from 'fastify';
import { AppError } from '../kernel/errors.ts';
import { contentSecurityPolicy, type Http } from '../platform/http/index.ts';

const DIST = fileURLToPath(new URL('../../web/dist', import.meta.url));
/** What the build writes where the nonce of an answer belongs; the same word as in `web/vite.config.ts`. */
const NONCE_PLACE = 'nonce-of-this-answer';

/** The web console, where it was built: hashed files for ever, and its one page for every address of its own. */
export async function webConsole(http: Http): Promise<void> {
  if (!existsSync(join(DIST, 'index.html'))) {
    http.get('/', { schema: { hide: true } }, async (_request, reply) =>
      reply
        .type('text/plain')
        .send(
          'The console is not built. Start with `npm start`, or run `node scripts/bootstrap.mjs --console`.\nThe API is at /docs.\n',
        ),
    );
    return;
  }
  await http.register(fastifyStatic, {
    root: DIST,
    wildcard: false,
    index: false,
    globIgnore: ['index.html'],
    cacheControl: false,
    setHeaders: (reply, path) =>
      reply.header(
        'cache-control',
        path.includes(`${join(DIST, 'assets')}`) ? 'public, max-age=31536000, immutable' : 'no-cache',
      ),
  });
  const page = readFileSync(join(DIST, 'index.html'), 'utf8').split(NONCE_PLACE);
  http.get('/*', { schema: { hide: true } }, async (request, reply) => {
    const path = request.url.split('?')[0] ?? '/';
    const isPage = !path.startsWith('/api/') && !/\.[a-z0-9]+$/i.test(path);
    if (!isPage) {
      throw new AppError({
        kind: 'not_found',
        code: 'request.not_found',
        safeMessage: 'There is nothing at this address.',
      });
    }
    return sendPage(reply, page);
  });
}

/** Each answer has a nonce of its own, which nothing that was stored or sent by people can know. */
function sendPage(reply: FastifyReply, page: readonly string[]): FastifyReply {
  const nonce = randomBytes(16).toString('base64');
  return reply
    .header('cache-control', 'no-cache')
    .header('content-security-policy', contentSecurityPolicy(nonce))
    .type('text/html; charset=utf-8')
    .send(page.join(nonce));
}
