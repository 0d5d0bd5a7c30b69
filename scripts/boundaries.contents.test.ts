import { describe, expect, test } from 'vitest';
import { buildingSite, HOUSE, inTags, type Planted } from './boundaries.house.ts';
import { checkBoundaries } from './boundaries.ts';

const long = Array.from({ length: 301 }, (_, index) => `export const line${index} = ${index};\n`).join('');

/** What may stand in a file. */
const PLANTED: readonly Planted[] = [
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
  ['file-length', 'also of tests', { 'server/kernel/ids.test.ts': long }],
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
  const { root, build } = buildingSite();

  test.each(PLANTED)('%s: %s', async (rule, _why, files) => {
    build({ ...HOUSE, ...files });
    const { violations } = await checkBoundaries(root());
    const planted = violations.filter((violation) => violation.rule === rule);
    expect(planted.map((violation) => violation.file)).toContain(Object.keys(files)[0]);
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
    expect((await checkBoundaries(root())).violations).toEqual([]);
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
    expect((await checkBoundaries(root())).violations).toEqual([]);
  });
});
