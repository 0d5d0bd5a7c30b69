import fc from 'fast-check';
import type { Schema } from '../robustness/openapi.ts';
import { HOSTILE_JSON, HOSTILE_TEXT, UNKNOWN_MEMBERS } from './hostile.ts';

/** JSON as text, so that it can also hold what JavaScript would mend: `1e400`, names twice, `-0`. */
export type JsonText = fc.Arbitrary<string>;

/** How often a place is left as the schema wants it, against one time that it is broken. */
export type Calm = number;

const MOST_CHARACTERS = 2_000;
/** Longer limits are tried where they are small enough to send often. */
const LONGEST_LIMIT = 120_000;
const DEEPEST = 5;

/** What stands for something of an organization (`resolve.ts` puts its value in), by the name of the member. */
const OF_MEMBER: Readonly<Record<string, string>> = {
  collectionId: 'things.collectionId',
  organizationId: 'id',
  userId: 'things.memberId',
  sourceId: 'things.sourceId',
  taskId: 'things.taskId',
};
const ANY_THING = ['things.collectionId', 'things.sourceId', 'things.taskId', 'things.memberId', 'id'];

/** Mostly what the schema allows, beginning with `known` where that is given, and now and then something else. */
export function jsonOf(schema: Schema, calm: Calm, known?: unknown, name = '', depth = 0): JsonText {
  const right = validJson(schema, calm, known, name, depth);
  return fc.oneof({ weight: calm, arbitrary: right }, { weight: 1, arbitrary: brokenJson(schema) });
}

function validJson(schema: Schema, calm: Calm, known: unknown, name: string, depth: number): JsonText {
  const made = madeJson(schema, calm, known, name, depth);
  if (known === undefined || isObject(known)) return made;
  return fc.oneof(
    { weight: 2, arbitrary: fc.constant(JSON.stringify(known)) },
    { weight: 1, arbitrary: made },
  );
}

function madeJson(schema: Schema, calm: Calm, known: unknown, name: string, depth: number): JsonText {
  if (schema.const !== undefined) return fc.constant(JSON.stringify(schema.const));
  if (schema.enum) return fc.constantFrom(...schema.enum.map((value) => JSON.stringify(value)));
  if (schema.anyOf) return fc.oneof(...schema.anyOf.map((one) => jsonOf(one, calm, known, name, depth)));
  const types = typeof schema.type === 'string' ? [schema.type] : (schema.type ?? ['object']);
  return fc.oneof(...types.map((type) => ofType(type, schema, calm, known, name, depth)));
}

function ofType(
  type: string,
  schema: Schema,
  calm: Calm,
  known: unknown,
  name: string,
  depth: number,
): JsonText {
  switch (type) {
    case 'object':
      return objectJson(schema, calm, isObject(known) ? known : {}, depth);
    case 'array': {
      const item =
        depth < DEEPEST ? jsonOf(schema.items ?? {}, calm, undefined, name, depth + 1) : fc.constant('0');
      const minLength = schema.minItems ?? 0;
      const maxLength = Math.max(minLength, Math.min(schema.maxItems ?? 4, minLength + 4));
      return fc.array(item, { minLength, maxLength }).map((items) => `[${items.join(',')}]`);
    }
    case 'integer':
    case 'number':
      return fc.integer({ min: schema.minimum ?? -1_000, max: schema.maximum ?? 1_000_000 }).map(String);
    case 'boolean':
      return fc.constantFrom('true', 'false');
    case 'null':
      return fc.constant('null');
    default:
      return textOf(schema, name).map((text) => JSON.stringify(text));
  }
}

function objectJson(
  schema: Schema,
  calm: Calm,
  known: Readonly<Record<string, unknown>>,
  depth: number,
): JsonText {
  if (depth >= DEEPEST) return fc.constant('{}');
  const required = new Set(schema.required);
  const members = Object.entries(schema.properties ?? {}).map(([name, property]) => {
    const member = jsonOf(property, calm, known[name], name, depth + 1).map(
      (value) => `${JSON.stringify(name)}:${value}`,
    );
    const absent = required.has(name) || name in known ? 1 : calm;
    return fc.oneof({ weight: calm, arbitrary: member }, { weight: absent, arbitrary: fc.constant('') });
  });
  const extra = fc.oneof(
    { weight: calm * 2, arbitrary: fc.constant('') },
    { weight: 1, arbitrary: fc.constantFrom(...UNKNOWN_MEMBERS) },
  );
  const twice = fc.oneof(
    { weight: calm * 4, arbitrary: fc.constant(false) },
    { weight: 1, arbitrary: fc.constant(true) },
  );
  return fc
    .tuple(fc.tuple(...members), extra, twice)
    .map(([own, unknown, again]) =>
      [...own, ...(again ? own.slice(0, 1) : []), unknown].filter((part) => part !== ''),
    )
    .map((parts) => `{${parts.join(',')}}`);
}

/** Text that the schema allows; its limits among it. */
export function textOf(schema: Schema, name: string): fc.Arbitrary<string> {
  if (schema.enum) return fc.constantFrom(...schema.enum.map(String));
  switch (schema.format) {
    case 'uuid':
      return idText(name);
    case 'email':
      return fc.oneof(fc.emailAddress(), fc.constant('@own.email@'), fc.constant('@other.email@'));
    case 'date-time':
      return fc.constantFrom(...TIMES);
    case 'uri':
      return fc.constantFrom(...ADDRESSES);
  }
  const min = schema.minLength ?? 0;
  const max = schema.maxLength ?? MOST_CHARACTERS;
  const plain = fc.string({ unit: 'grapheme', minLength: min, maxLength: Math.max(min, Math.min(max, 30)) });
  const limits = [min, ...(max <= LONGEST_LIMIT ? [max] : [])].map((length) => 'x'.repeat(length));
  const hostile = HOSTILE_TEXT.filter((text) => text.length >= min && text.length <= max);
  const choices = [plain, fc.constantFrom(...limits)];
  if (schema.pattern !== undefined)
    choices.unshift(fc.stringMatching(new RegExp(schema.pattern), { size: 'small' }));
  if (hostile.length > 0) choices.push(fc.constantFrom(...hostile));
  return fc.oneof(...choices);
}

/** Of one's own, of others, of nobody. */
export function idText(name: string): fc.Arbitrary<string> {
  const things = name in OF_MEMBER ? [OF_MEMBER[name] ?? 'id'] : ANY_THING;
  const thing = fc.constantFrom(...things);
  return fc.oneof(
    { weight: 4, arbitrary: thing.map((path) => `@own.${path}@`) },
    { weight: 2, arbitrary: thing.map((path) => `@other.${path}@`) },
    { weight: 1, arbitrary: fc.uuid() },
  );
}

const TIMES = [
  '2026-01-31T12:00:00Z',
  '1970-01-01T00:00:00Z',
  '0001-01-01T00:00:00Z',
  '9999-12-31T23:59:59.999999Z',
  '2026-06-30T23:59:60Z',
  '2026-01-31T12:00:00+23:59',
];
const ADDRESSES = [
  'https://example.org/',
  'http://127.0.0.1:1/',
  'http://[::ffff:10.0.0.1]/',
  'http://169.254.169.254/latest/',
  'ftp://example.org',
  'urn:x:y',
  'https://user:pass@example.org:0/%00',
];

/** What the schema does not allow, or what nobody should trust to be what it seems. */
function brokenJson(schema: Schema): JsonText {
  const around = limitsOf(schema);
  return fc.oneof(
    fc.constantFrom(...HOSTILE_JSON),
    fc.constantFrom(...HOSTILE_TEXT).map((text) => JSON.stringify(text)),
    fc.json({ maxDepth: 3 }),
    ...(around.length > 0 ? [fc.constantFrom(...around)] : []),
  );
}

/** Just outside, as JSON. */
function limitsOf({ minimum, maximum, minLength, maxLength, minItems, maxItems }: Schema): string[] {
  const texts: string[] = [];
  for (const limit of [minimum, maximum]) {
    if (limit !== undefined) texts.push(String(limit - 1), String(limit + 1), `${limit}.5`, `${limit}.0`);
  }
  if (minLength) texts.push(JSON.stringify('x'.repeat(minLength - 1)));
  if (maxLength !== undefined && maxLength <= LONGEST_LIMIT) {
    texts.push(...[`x`, '𝒳'].map((unit) => JSON.stringify(unit.repeat(maxLength + 1))));
  }
  if (minItems) texts.push(listOf(minItems - 1));
  if (maxItems !== undefined && maxItems <= 10_000) texts.push(listOf(maxItems + 1));
  return texts;
}

const listOf = (length: number) => `[${Array.from({ length }, (_, index) => `"${index}"`).join(',')}]`;

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
