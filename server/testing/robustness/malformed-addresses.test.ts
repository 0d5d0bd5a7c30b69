import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, Api } from './api.ts';
import { naughtyStrings } from './malformed-json.ts';
import {
  complaint,
  fillPath,
  isNoServerError,
  isPoliteRefusal,
  type Operation,
  readOperations,
  requiredQuery,
  sampleBody,
} from './openapi.ts';
import { Product, scratchFolder } from './product.ts';

const someId = '01890000-0000-7000-8000-000000000000';
let folder: Awaited<ReturnType<typeof scratchFolder>>;
let product: Product;
let api: Api;
let operations: Operation[];

beforeAll(async () => {
  folder = await scratchFolder();
  product = await Product.start({ dataDir: folder.path });
  api = await Api.register(product.baseUrl);
  // Signing out would make every later refusal a 401.
  operations = (await readOperations(product.baseUrl)).filter(({ path }) => path !== '/auth/logout');
}, 150_000);

afterAll(async () => {
  await product?.kill('SIGKILL');
  await folder?.remove();
});

/** Where a browser comes back from an identity provider, a person waits: they are told on the sign-in page. */
function isPageForPeople({ path }: Operation, { status, headers }: Answer): boolean {
  return (
    path === '/auth/oidc/{provider}/callback' &&
    status === 303 &&
    /\/sign-in\?error=/.test(headers.get('location') ?? '')
  );
}

describe('addresses', () => {
  it('with a path parameter that is no id are refused', async () => {
    const values = [
      'x',
      '-1',
      '%00',
      '%ff',
      '%ED%A0%80',
      '..%2f..%2fetc',
      '%20',
      `${someId}0`,
      'a'.repeat(5_000),
      "'",
      '%F0%9F%98%80',
    ];
    const complaints: string[] = [];
    for (const operation of operations.filter(({ path }) => path.includes('{'))) {
      for (const value of values) {
        const answer = await api.call(operation.method, fillPath(operation, value), sampleBody(operation));
        if (!isPoliteRefusal(answer) && !isPageForPeople(operation, answer))
          complaints.push(complaint(operation, `the id ${value.slice(0, 40)}`, answer));
      }
    }
    expect(complaints).toEqual([]);
  });

  it('with an absurd limit or a forged cursor are refused', async () => {
    const forged = [
      'x',
      '%00',
      '%ff',
      '..',
      "' or 1=1 --",
      btoa('{}'),
      btoa('[null]'),
      btoa('["9999-99-99","x"]'),
      btoa('{"id":1}'),
      'A'.repeat(512),
      'A'.repeat(20_000),
    ];
    const wrong: Readonly<Record<string, readonly string[]>> = {
      limit: [
        '-1',
        '0',
        '101',
        '1000000000000',
        '1.5',
        'abc',
        'NaN',
        '0x10',
        '1e1',
        ' ',
        '%00',
        '[]',
        '1&limit=2',
      ],
      cursor: forged.map((value) => (value.includes('%') ? value : encodeURIComponent(value))),
    };
    const complaints: string[] = [];
    let sent = 0;
    for (const operation of operations) {
      for (const [name, values] of Object.entries(wrong)) {
        if (!operation.parameters.some((parameter) => parameter.in === 'query' && parameter.name === name))
          continue;
        for (const value of values) {
          const answer = await api.call(
            operation.method,
            `${fillPath(operation, someId)}?${requiredQuery(operation)}${name}=${value}`,
          );
          sent += 1;
          if (!isPoliteRefusal(answer))
            complaints.push(complaint(operation, `${name}=${value.slice(0, 40)}`, answer));
        }
      }
    }
    expect(sent).toBeGreaterThan(0);
    expect(complaints).toEqual([]);
  });

  it('with naughty strings in any query parameter are never a server error', async () => {
    const values = [
      ...naughtyStrings.map(encodeURIComponent),
      '%00',
      '%ff',
      '%ED%A0%80',
      '%',
      'a'.repeat(10_000),
    ];
    const complaints: string[] = [];
    for (const operation of operations.filter(({ method }) => method === 'GET')) {
      for (const { name } of operation.parameters.filter((parameter) => parameter.in === 'query')) {
        const rest = requiredQuery(operation, name);
        for (const value of values) {
          const answer = await api.call('GET', `${fillPath(operation, someId)}?${rest}${name}=${value}`);
          if (!isNoServerError(answer))
            complaints.push(complaint(operation, `${name}=${value.slice(0, 60)}`, answer));
        }
      }
    }
    expect(complaints).toEqual([]);
  });
});

describe('credentials', () => {
  it('that are garbage are refused', async () => {
    const tokens = [
      'x',
      'a.b.c',
      '..',
      'eyJhbGciOiJub25lIn0.e30.',
      `${api.token}x`,
      api.token.toUpperCase(),
      'x'.repeat(5_000),
      '"',
      '\\u0000',
    ];
    const answers = await Promise.all(
      tokens.map((token) => new Api(api.baseUrl, token).call('GET', '/auth/me')),
    );
    expect(answers.map(({ status }) => status)).toEqual(tokens.map(() => 401));
    expect(answers.filter((answer) => !isPoliteRefusal(answer))).toEqual([]);
  });

  it('with absurd headers are never a server error', async () => {
    const headers = {
      'if-match': '"-1"',
      'idempotency-key': 'x'.repeat(3_000),
      'x-organization-id': "'",
      'last-event-id': '-1',
      range: 'bytes=9-1',
    };
    const complaints: string[] = [];
    for (const operation of operations) {
      for (const [name, value] of Object.entries(headers)) {
        const answer = await api.call(operation.method, fillPath(operation, someId), sampleBody(operation), {
          headers: { [name]: value },
        });
        if (!isNoServerError(answer))
          complaints.push(complaint(operation, `${name}: ${value.slice(0, 40)}`, answer));
      }
    }
    expect(complaints).toEqual([]);
  });
});

it('is still the same healthy process afterwards', async () => {
  expect(product.running).toBe(true);
  expect((await fetch(`${product.baseUrl}/health/ready`)).status).toBe(200);
});
