import fc from 'fast-check';
import type { Permission } from '../../app/permissions.ts';
import type { CallerName } from '../isolation/callers.ts';
import type { RequestSpec } from '../isolation/requests.ts';
import { malformedJson } from '../robustness/malformed-json.ts';
import type { Parameter } from '../robustness/openapi.ts';
import type { Operation } from './document.ts';
import { CONTENT_TYPES, HOSTILE_ADDRESS_PARTS, HOSTILE_HEADERS, HOSTILE_TEXT, METHODS } from './hostile.ts';
import { formBody } from './multipart.ts';
import { symbolicTenant } from './symbols.ts';
import { type Calm, idText, jsonOf, textOf } from './values.ts';

/** A request before it is known what things are called in this run: `@own.things.sourceId@` stands for an id. */
export interface FuzzCase {
  readonly caller: CallerName;
  readonly method: string;
  /** Below `/api/v1`, with its query, percent-encoded. */
  readonly target: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string | Uint8Array | undefined;
}

export interface Known {
  readonly permission: Permission | undefined;
  readonly request: RequestSpec | undefined;
}

const EVERYBODY: readonly CallerName[] = [
  'admin',
  'regular',
  'guest',
  'marked operator',
  'key with every scope',
  'nobody',
  'power',
  'admin of another organization',
  'admin secret',
  'key with another scope',
  'revoked key',
  'expired token',
  'removed member',
];

/** Some places are right, some are broken: what is wrong everywhere is refused at the first place and tests no other. */
const CALM: Calm = 14;
const WILD: Calm = 3;

/** Every request that one operation may be sent, from the one it is made for to those that nobody means. */
export function casesOf(operation: Operation, known: Known): fc.Arbitrary<FuzzCase> {
  return fc
    .record({
      caller: callerOf(known.permission),
      method: rarely(24, fc.constant(operation.method), fc.constantFrom(...METHODS)),
      path: pathOf(operation, known.request),
      query: queryOf(operation, known.request),
      content: contentOf(operation, known.request),
      headers: headersOf(known.request),
    })
    .map(({ caller, method, path, query, content, headers }) => ({
      caller,
      method,
      target: path + (query === '' ? '' : `?${query}`),
      headers: [
        ...(content.contentType === undefined ? [] : [['content-type', content.contentType] as const]),
        ...headers,
      ],
      body: content.body,
    }));
}

/** `usual`, and one time in so many something else. */
function rarely<T>(times: number, usual: fc.Arbitrary<T>, other: fc.Arbitrary<T>): fc.Arbitrary<T> {
  return fc.oneof({ weight: times, arbitrary: usual }, { weight: 1, arbitrary: other });
}

/** Mostly somebody who may: behind a refusal at the door nothing else is tested. */
function callerOf(permission: Permission | undefined): fc.Arbitrary<CallerName> {
  const anybody = fc.constantFrom(...EVERYBODY);
  const may: readonly CallerName[] =
    permission?.kind === 'operator'
      ? ['marked operator', 'admin secret']
      : permission?.kind === 'public'
        ? ['nobody', 'admin', 'regular']
        : permission?.scope
          ? ['admin', 'admin', 'power', 'key with every scope', 'admin of another organization']
          : ['admin', 'admin', 'regular', 'guest'];
  return rarely(3, fc.constantFrom(...may), anybody);
}

function pathOf(operation: Operation, request: RequestSpec | undefined): fc.Arbitrary<string> {
  const own = request?.params?.(symbolicTenant('own')) ?? {};
  const other = request?.params?.(symbolicTenant('other')) ?? {};
  const parts = operation.path.split(/(\{\w+\})/).map((part) => {
    const name = /^\{(\w+)\}$/.exec(part)?.[1];
    if (name === undefined) return fc.constant(part);
    const mine = request?.fresh ? `@fresh.${name}@` : (own[name] ?? `@own.things.${name}@`);
    const theirs = other[name] ?? '@other.things.sourceId@';
    return fc.oneof(
      { weight: 10, arbitrary: fc.constant(symbolOrAddress(mine)) },
      { weight: 2, arbitrary: fc.constant(symbolOrAddress(theirs)) },
      { weight: 2, arbitrary: idText('') },
      { weight: 2, arbitrary: fc.constantFrom(...HOSTILE_ADDRESS_PARTS) },
      { weight: 1, arbitrary: fc.constantFrom(...HOSTILE_TEXT).map(encoded) },
    );
  });
  return fc.tuple(...parts).map((made) => made.join(''));
}

const symbolOrAddress = (text: string) => (text.startsWith('@') ? text : encoded(text));

/** A lone surrogate has no percent-encoding: it goes as the bytes that a careless encoder would write. */
function encoded(text: string): string {
  return text.isWellFormed()
    ? encodeURIComponent(text)
    : `%ED%A0%80${encodeURIComponent(text.toWellFormed())}`;
}

function queryOf(operation: Operation, request: RequestSpec | undefined): fc.Arbitrary<string> {
  const known = new URLSearchParams(request?.query ?? '');
  const declared = operation.query.map((parameter) => {
    const usual = known.get(parameter.name);
    const right = rightValue(parameter);
    const value = rarely(
      5,
      usual === null ? right : rarely(3, fc.constant(encoded(usual)), right),
      brokenValue,
    );
    const given = value.map((text) => `${parameter.name}=${text}`);
    const present = parameter.required === true || usual !== null;
    return present
      ? rarely(15, given, fc.constant(''))
      : fc.oneof({ weight: 2, arbitrary: fc.constant('') }, given);
  });
  const odd = fc.oneof(
    fc.constantFrom(
      'unknown=1',
      '&',
      '=',
      '?',
      'a[b]=c',
      '__proto__[x]=1',
      'limit=1&limit=2',
      'cursor',
      '%=%',
    ),
    fc.integer({ min: 500, max: 3_000 }).map((count) => 'a=b&'.repeat(count)),
  );
  return fc
    .tuple(...declared, rarely(20, fc.constant(''), odd))
    .map((parts) => parts.filter((part) => part !== '').join('&'));
}

const brokenValue = fc.oneof(
  fc.constantFrom(...HOSTILE_ADDRESS_PARTS.filter((text) => text.length < 5_000)),
  fc.constantFrom(...HOSTILE_TEXT).map(encoded),
  fc.constantFrom(
    '0',
    '-1',
    '-0',
    '101',
    '1.5',
    '1e308',
    '9007199254740993',
    'NaN',
    'Infinity',
    '0x10',
    '',
    'true',
  ),
);

function rightValue({ name, schema = {} }: Parameter): fc.Arbitrary<string> {
  if (name === 'cursor') return cursor;
  const type = typeof schema.type === 'string' ? schema.type : schema.type?.[0];
  const { minimum = 0, maximum = 1_000 } = schema;
  if (type === 'integer' || type === 'number') {
    return fc
      .oneof(fc.integer({ min: minimum, max: maximum }), fc.constantFrom(minimum - 1, maximum + 1))
      .map(String);
  }
  if (type === 'boolean') return fc.constantFrom('true', 'false');
  if (type === 'array') return textOf(schema.items ?? {}, name).map(queryText);
  return textOf(schema, name).map(queryText);
}

const queryText = (text: string) => (/^@[\w.]+@$/.test(text) ? text : encoded(text));

/** Real ones, of this list or another, of this person or another, whole or changed in one place. */
const cursor = fc
  .tuple(
    fc.constantFrom('mine', 'mine', 'theirs', 'elsewhere'),
    fc.constantFrom('whole', 'cut', 'flip', 'open', 'twice'),
    fc.nat({ max: 200 }),
  )
  .map(([whose, how, at]) => `@cursor.${whose}.${how}.${at}@`);

interface Content {
  readonly contentType: string | undefined;
  readonly body: string | Uint8Array | undefined;
}

function contentOf(operation: Operation, request: RequestSpec | undefined): fc.Arbitrary<Content> {
  const none: Content = { contentType: undefined, body: undefined };
  const garbage = fc
    .tuple(fc.constantFrom(...malformedJson.map(([, body]) => body)), fc.constant('application/json'))
    .map(([body, contentType]) => ({ contentType, body }));
  const oddType = fc
    .tuple(fc.constantFrom(...CONTENT_TYPES), fc.constantFrom('{}', '', 'a=b', '<a/>', '\0'))
    .map(([contentType, body]) => ({ contentType, body }));
  const odd = fc.oneof(garbage, oddType, fc.constant(none));
  const { jsonBody } = operation;
  if (!jsonBody) return rarely(8, fc.constant<Content>(none), odd);
  const known = request?.body?.(symbolicTenant('own'));
  const json = (calm: Calm) =>
    jsonOf(jsonBody, calm, known).map((body) => ({ contentType: 'application/json', body }));
  const right = fc.oneof({ weight: 3, arbitrary: json(CALM) }, { weight: 1, arbitrary: json(WILD) });
  return rarely(9, operation.takesFiles ? fc.oneof(right, formBody) : right, odd);
}

function headersOf(request: RequestSpec | undefined) {
  const usual = Object.entries(request?.headers ?? {});
  const hostile = fc
    .constantFrom(...Object.entries(HOSTILE_HEADERS))
    .chain(([name, values]) => fc.constantFrom(...values).map((value) => [name, value] as const));
  const many = fc
    .integer({ min: 100, max: 2_100 })
    .map((count) => Array.from({ length: count }, (_, index) => [`x-${index}`, 'y'] as const));
  const added = fc.oneof(
    { weight: 60, arbitrary: fc.constant([]) },
    { weight: 40, arbitrary: fc.array(hostile, { minLength: 1, maxLength: 2 }) },
    { weight: 1, arbitrary: many },
  );
  return fc
    .tuple(rarely(12, fc.constant(usual), fc.constant<typeof usual>([])), added)
    .map(([own, more]) => [...own.filter(([name]) => !more.some(([other]) => other === name)), ...more]);
}
