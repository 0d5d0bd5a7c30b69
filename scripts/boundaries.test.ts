import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { checkBoundaries } from './boundaries.ts';

type Files = Readonly<Record<string, string>>;

/** A small house that keeps every rule, with each kind of room that a rule speaks of. */
const HOUSE: Files = {
  'server/main.ts': "import { compose } from './app/compose.ts';\ncompose(process.env['DATA_DIR'] ?? '');\n",
  'server/app/compose.ts':
    "import { notesModule } from '../modules/notes/notes.module.ts';\nexport function compose(folder: string) { return notesModule(folder); }\n",
  'server/cli/serve.ts': "export { compose } from '../app/compose.ts';\n",
  'server/kernel/ids.ts': 'export type Id = string;\n',
  'server/platform/db/query-builder.ts': "import { Kysely } from 'kysely';\nexport const builder = Kysely;\n",
  'server/platform/db/index.ts': "export { builder as queryBuilder } from './query-builder.ts';\n",
  'server/platform/http/server.ts': "import Fastify from 'fastify';\nexport const make = Fastify;\n",
  'server/platform/http/schemas.ts': "export const Id = 'uuid';\n",
  'server/modules/notes/index.ts': "export type { Note } from './notes.tables.ts';\n",
  'server/modules/notes/notes.tables.ts':
    "import type { Generated } from 'kysely';\nexport interface Note { readonly id: Generated<string> }\n",
  'server/modules/notes/notes.repository.ts':
    "import { queryBuilder } from '../../platform/db/index.ts';\nexport const all = () => queryBuilder;\n",
  'server/modules/notes/notes.service.ts':
    "import { all } from './notes.repository.ts';\nexport const list = () => all();\n",
  'server/modules/notes/notes.schemas.ts': "export { Id } from '../../platform/http/schemas.ts';\n",
  'server/modules/notes/notes.routes.ts':
    "import type { FastifyInstance } from 'fastify';\nimport { list } from './notes.service.ts';\nexport const routes = (http: FastifyInstance) => http.get('/notes', list);\n",
  'server/modules/notes/notes.prompts.ts':
    "export const system = 'You are a careful reader of notes. Answer briefly and cite.';\n",
  'server/modules/notes/notes.module.ts':
    "import { routes } from './notes.routes.ts';\nexport const notesModule = (folder: string) => ({ folder, routes });\n",
  'server/modules/notes/notes.test.ts':
    "import { test } from 'vitest';\nimport './notes.service.ts';\ntest.skipIf(process.env['X'] === undefined)('works', () => undefined);\n",
  'server/modules/tags/index.ts':
    "import type { Note } from '../notes/index.ts';\nexport type Tagged = Note;\n",
  'client/index.ts': 'export const client = 1;\n',
  'web/main.tsx': "import { client } from '../client/index.ts';\nexport const App = () => <p>{client}</p>;\n",
};

const long = Array.from({ length: 301 }, (_, index) => `export const line${index} = ${index};\n`).join('');
const inTags = (text: string): Files => ({ 'server/modules/tags/tags.service.ts': text });

/** Each a change of the house whose first file breaks the named rule. */
const PLANTED: readonly (readonly [rule: string, why: string, files: Files])[] = [
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
  ['environment', 'a property', inTags('export const port = process.env.PORT;\n')],
  ['environment', 'an index', inTags("export const all = process['env'];\n")],
  ['environment', 'through globalThis', inTags("export const port = globalThis.process.env['PORT'];\n")],
  ['environment', 'destructured', inTags('export const { env } = process;\n')],
  [
    'environment',
    'imported',
    inTags("import { env as settings } from 'node:process';\nexport const port = settings.PORT;\n"),
  ],
  ['outbound-door', 'global fetch', inTags("export const get = () => fetch('https://a.example/');\n")],
  [
    'outbound-door',
    'handed on',
    inTags('export const client = (make: (f: unknown) => void) => make(fetch);\n'),
  ],
  ['outbound-door', 'as a shorthand', inTags('export const client = { fetch };\n')],
  [
    'outbound-door',
    'through globalThis',
    inTags("export const get = globalThis.fetch('https://a.example/');\n"),
  ],
  ['outbound-door', 'by an index', inTags("export const get = globalThis['fetch'];\n")],
  ['outbound-door', 'a socket', inTags("export const socket = () => new WebSocket('wss://a.example/');\n")],
  [
    'outbound-door',
    'the client of node:https',
    inTags("import { request as r } from 'node:https';\nr('https://a.example/');\n"),
  ],
  [
    'outbound-door',
    'all of node:http',
    { 'server/platform/db/x.ts': "import http from 'node:http';\nexport const get = http.get;\n" },
  ],
  [
    'outbound-door',
    'node:net later',
    { 'server/platform/db/x.ts': "export const net = () => import('node:net');\n" },
  ],
  [
    'outbound-door',
    'a bare socket',
    { 'server/app/x.ts': "import { connect } from 'node:tls';\nexport const c = connect;\n" },
  ],
  [
    'outbound-door',
    'the library behind the door',
    { 'server/platform/db/x.ts': "export { fetch as f } from 'undici';\n" },
  ],
  [
    'prompt-text',
    'as the system field',
    inTags("export const call = { system: 'Answer from these passages only.' };\n"),
  ],
  [
    'prompt-text',
    'as a template',
    inTags(`export const call = (q: string) => ({ prompt: \`Summarise for a child: \${q}\` });\n`),
  ],
  [
    'prompt-text',
    'as lines that are joined',
    inTags("export const call = { instructions: ['Be brief and', 'cite each passage'].join(' ') };\n"),
  ],
  [
    'prompt-text',
    'as a message',
    inTags("export const m = { role: 'user', content: 'Translate this text into French.' };\n"),
  ],
  [
    'prompt-text',
    'as a named constant',
    inTags("const REVIEW_PROMPT = 'Find mistakes in this text.';\nexport { REVIEW_PROMPT };\n"),
  ],
  [
    'prompt-text',
    'by its sound',
    inTags("export const x = 'You are a helpful assistant that answers questions about documents.';\n"),
  ],
  ['prompt-text', 'by a chat marker', inTags("export const x = '[INST] hello [/INST]';\n")],
  ['file-length', '301 lines', inTags(long)],
  ['suppressions', 'of the type check', inTags('// @ts-expect-error\nexport const x: string = 1;\n')],
  ['suppressions', 'of the linter', inTags('export const x = 1; // biome-ignore lint: because\n')],
  [
    'skipped-tests',
    'skip',
    { 'server/kernel/ids.test.ts': "import { test } from 'vitest';\ntest.skip('later', () => undefined);\n" },
  ],
  [
    'skipped-tests',
    'only',
    {
      'server/kernel/ids.test.ts':
        "import { describe } from 'vitest';\ndescribe.only.each([1])('x', () => undefined);\n",
    },
  ],
];

describe('the boundary rules', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'boundaries-'));
    symlinkSync(fileURLToPath(new URL('../node_modules', import.meta.url)), join(root, 'node_modules'));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  function build(files: Files): void {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
  }

  test('let a house that keeps them pass, and read all of it', async () => {
    build(HOUSE);
    expect(await checkBoundaries(root)).toEqual({ files: Object.keys(HOUSE).length, violations: [] });
  });

  test.each(PLANTED)('%s: %s', async (rule, _why, files) => {
    build({ ...HOUSE, ...files });
    const { violations } = await checkBoundaries(root);
    const planted = violations.filter((violation) => violation.rule === rule);
    expect(planted.map((violation) => violation.file)).toContain(Object.keys(files)[0]);
  });

  test('fail when there is nothing to check', async () => {
    const { files, violations } = await checkBoundaries(root);
    expect(files).toBe(0);
    expect(violations).toEqual([{ rule: 'coverage', file: '.', detail: '0 files checked' }]);
  });

  test('do not take names, types and servers for connections', async () => {
    build({
      ...HOUSE,
      'server/platform/http/x.ts': [
        "import { createServer, type IncomingMessage } from 'node:http';",
        "import type { Socket } from 'node:net';",
        'export interface Door { readonly fetch: typeof globalThis.fetch }',
        'export const call = (door: Door, s: Socket, m: IncomingMessage) => door.fetch(String(m.url) + s.bytesRead);',
        'export const make = (send: typeof fetch) => ({ fetch: send, open: createServer });',
      ].join('\n'),
      'server/cli/x.ts': "export const get = () => fetch('http://127.0.0.1:3000/');\n",
      'server/platform/outbound/x.ts': "import { fetch } from 'undici';\nexport const get = fetch;\n",
    });
    expect((await checkBoundaries(root)).violations).toEqual([]);
  });

  test('do not take ordinary sentences and model calls for prompt text', async () => {
    build({
      ...HOUSE,
      ...inTags(
        [
          "export const message = 'You are the last administrator; name another one first.';",
          "export const error = { system: 'latin', content: 'This is only a note.' };",
          'export const call = (system: string, prompt: string) => ({ system, prompt, role: system });',
          "export const join = (parts: string[]) => ({ prompt: parts.join('\\n\\n') });",
        ].join('\n'),
      ),
    });
    expect((await checkBoundaries(root)).violations).toEqual([]);
  });
});
