import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach } from 'vitest';

type Files = Readonly<Record<string, string>>;

/** A small house that keeps every rule, with each kind of room that a rule speaks of. */
export const HOUSE: Files = {
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

export const inTags = (text: string): Files => ({ 'server/modules/tags/tags.service.ts': text });

/** A change of the house whose first file breaks the named rule. */
export type Planted = readonly [rule: string, why: string, files: Files];

/** A folder for a house of its own in each test. Call it where hooks may be registered. */
export function buildingSite() {
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

  return { root: () => root, build };
}
