import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import { AppError } from '../kernel/errors.ts';
import type { Http } from '../platform/http/index.ts';

const DIST = fileURLToPath(new URL('../../web/dist', import.meta.url));

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
    cacheControl: false,
    setHeaders: (reply, path) =>
      reply.header(
        'cache-control',
        path.includes(`${join(DIST, 'assets')}`) ? 'public, max-age=31536000, immutable' : 'no-cache',
      ),
  });
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
    return reply.sendFile('index.html');
  });
}
