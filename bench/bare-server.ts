import { createHmac, timingSafeEqual } from 'node:crypto';
import Fastify from 'fastify';
import pg from 'pg';
import { SourcePage, SourceView } from '../server/modules/library/library.schemas.ts';

// The ceiling: as little as Fastify and pg need for the answers of two of our routes. It verifies a token, selects the
// user and then the rows, from the product's own tables, and has no tenancy, validation, limits, logs or request ids.
// Settings: DATABASE_URL, POOL_SIZE, ORGANIZATION_ID, TOKEN_KEY.

const COLUMNS = `id, title, file_name as "fileName", media_type as "mediaType", language, authors, size::int as size, sha256,
  collection_id as "collectionId", stage, version, task_id as "taskId", created_at as "createdAt", updated_at as "updatedAt"`;
const QUERIES = {
  user: 'select id, email, name from users where id = $1',
  one: `select ${COLUMNS} from library_sources where organization_id = $1 and id = $2`,
  list: `select ${COLUMNS} from library_sources where organization_id = $1 order by created_at desc, id desc limit $2`,
};

async function serve(): Promise<void> {
  const { DATABASE_URL, POOL_SIZE, ORGANIZATION_ID, TOKEN_KEY = '' } = process.env;
  const pool = new pg.Pool({ connectionString: DATABASE_URL, max: Number(POOL_SIZE) });
  const rows = async (name: keyof typeof QUERIES, values: unknown[]) =>
    (await pool.query({ name, text: QUERIES[name], values })).rows;
  const known = async (authorization: string | undefined) => {
    const userId = verify(authorization?.slice('Bearer '.length) ?? '', TOKEN_KEY);
    return userId !== undefined && (await rows('user', [userId])).length === 1;
  };

  const app = Fastify();
  app.get<{ Params: { id: string } }>(
    '/api/v1/library/sources/:id',
    { schema: { response: { 200: SourceView } } },
    async (request, reply) => {
      if (!(await known(request.headers.authorization))) return reply.code(401).send();
      const [source] = await rows('one', [ORGANIZATION_ID, request.params.id]);
      return source ?? reply.code(404).send();
    },
  );
  app.get<{ Querystring: { limit: string } }>(
    '/api/v1/library/sources',
    { schema: { response: { 200: SourcePage } } },
    async (request, reply) => {
      if (!(await known(request.headers.authorization))) return reply.code(401).send();
      const limit = Number(request.query.limit);
      const items = await rows('list', [ORGANIZATION_ID, limit + 1]);
      return { items: items.slice(0, limit), nextCursor: items.length > limit ? 'more' : null };
    },
  );
  console.log(`ready ${await app.listen({ port: 0, host: '127.0.0.1' })}`);
}

/** A token for the bare server: HS256, the user's id as `sub`, valid for an hour. */
export function bareToken(userId: string, key: string): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = { sub: userId, exp: Math.floor(Date.now() / 1000) + 3600 };
  const signed = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}`;
  return `${signed}.${createHmac('sha256', key).update(signed).digest('base64url')}`;
}

function verify(token: string, key: string): string | undefined {
  const dot = token.lastIndexOf('.');
  const given = Buffer.from(token.slice(dot + 1), 'base64url');
  const wanted = createHmac('sha256', key).update(token.slice(0, dot)).digest();
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return undefined;
  const claims = JSON.parse(Buffer.from(token.slice(token.indexOf('.') + 1, dot), 'base64url').toString());
  return claims.exp > Date.now() / 1000 ? claims.sub : undefined;
}

if (import.meta.main) await serve();
