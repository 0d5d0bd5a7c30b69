import { describe, expect, test } from 'vitest';
import { buildingSite, HOUSE, inTags, type Planted } from './boundaries.house.ts';
import { checkBoundaries } from './boundaries.ts';

/** Who may import whom. */
const PLANTED: readonly Planted[] = [
  [
    'module-internals',
    "another module's service",
    inTags("export { list } from '../notes/notes.service.ts';\n"),
  ],
  [
    'module-internals',
    'only a type of it',
    inTags("import type { Note } from '../notes/notes.tables.ts';\nexport type N = Note;\n"),
  ],
  [
    'module-internals',
    'by a dynamic import',
    inTags("export const load = () => import('../notes/notes.tables.ts');\n"),
  ],
  [
    'module-door',
    'the app takes a service',
    { 'server/app/extra.ts': "export { list } from '../modules/notes/notes.service.ts';\n" },
  ],
  [
    'storeys',
    'platform knows a module',
    { 'server/platform/db/x.ts': "export type { Note } from '../../modules/notes/index.ts';\n" },
  ],
  [
    'storeys',
    'kernel knows a module',
    { 'server/kernel/x.ts': "export type { Note } from '../modules/notes/index.ts';\n" },
  ],
  [
    'storeys',
    'kernel knows platform',
    { 'server/kernel/x.ts': "export { Id } from '../platform/http/schemas.ts';\n" },
  ],
  ['storeys', 'a module knows the app', inTags("export { compose } from '../../app/compose.ts';\n")],
  [
    'storeys',
    'platform knows the command line',
    { 'server/platform/db/x.ts': "import '../../cli/serve.ts';\n" },
  ],
  [
    'routes-repositories',
    'routes read the database',
    { 'server/modules/notes/more.routes.ts': "export { all } from './notes.repository.ts';\n" },
  ],
  [
    'query-builder',
    'a service builds queries',
    inTags("import { sql } from 'kysely';\nexport const now = sql`now()`;\n"),
  ],
  [
    'query-builder',
    'through the opened transaction',
    inTags("export { builder } from '../../platform/db/query-builder.ts';\n"),
  ],
  [
    'query-builder',
    'through the door of platform/db',
    inTags("import { queryBuilder as q } from '../../platform/db/index.ts';\nexport const x = q;\n"),
  ],
  [
    'query-builder',
    'tables run queries',
    {
      'server/modules/tags/tags.tables.ts': "import { sql } from 'kysely';\nexport const now = sql`now()`;\n",
    },
  ],
  [
    'services-http',
    'a service knows Fastify',
    inTags("import type { FastifyRequest } from 'fastify';\nexport type R = FastifyRequest;\n"),
  ],
  [
    'services-http',
    'a service knows the server',
    inTags("export { make } from '../../platform/http/server.ts';\n"),
  ],
  ['services-http', 'a service opens a port', inTags("export { createServer } from 'node:http';\n")],
  [
    'services-routes',
    'a service knows routes',
    { 'server/modules/notes/x.service.ts': "export { routes } from './notes.routes.ts';\n" },
  ],
  [
    'cycles',
    'two files import each other',
    {
      'server/kernel/a.ts': "export { b } from './b.ts';\nexport const a = 1;\n",
      'server/kernel/b.ts': "export { a } from './a.ts';\nexport const b = 2;\n",
    },
  ],
  ['testing-in-product', 'the product imports a test', inTags("import '../notes/notes.test.ts';\n")],
  [
    'console-server',
    'the console imports the server',
    { 'web/x.ts': "export type { Id } from '../server/kernel/ids.ts';\n" },
  ],
  [
    'client-console',
    'the client imports the console',
    { 'client/x.ts': "export { App } from '../web/main.tsx';\n" },
  ],
  ['resolvable', 'an import of nothing', inTags("export { x } from './nowhere.ts';\n")],
];

describe('the boundary rules', () => {
  const { root, build } = buildingSite();

  test('let a house that keeps them pass, and read all of it', async () => {
    build(HOUSE);
    expect(await checkBoundaries(root())).toEqual({ files: Object.keys(HOUSE).length, violations: [] });
  });

  test.each(PLANTED)('%s: %s', async (rule, _why, files) => {
    build({ ...HOUSE, ...files });
    const { violations } = await checkBoundaries(root());
    const planted = violations.filter((violation) => violation.rule === rule);
    expect(planted.map((violation) => violation.file)).toContain(Object.keys(files)[0]);
  });

  test('fail when there is nothing to check', async () => {
    const { files, violations } = await checkBoundaries(root());
    expect(files).toBe(0);
    expect(violations).toEqual([{ rule: 'coverage', file: '.', detail: '0 files checked' }]);
  });
});
