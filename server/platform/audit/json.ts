/** Bytes of UTF-8 that each of an event's objects may take. */
const MAX_BYTES = 16_384;
/** Characters of one text inside it. */
const MAX_TEXT = 2_000;
const MAX_DEPTH = 16;
/** Stands where something was left out. */
const CUT = '…[cut]';

export type JsonObject = Readonly<Record<string, unknown>>;

/**
 * The one text of a JSON value: JSON Canonicalization Scheme (RFC 8785). Members are sorted by UTF-16 code units, numbers
 * and strings are written as ECMAScript does.
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, inner]) => `${JSON.stringify(name)}:${canonicalJson(inner)}`).join(',')}}`;
}

/**
 * What of an object can be kept: JSON that PostgreSQL takes and gives back the same, of bounded size. Long texts are cut
 * with a mark; an object that is still too large is replaced by its beginning.
 */
export function recordableObject(value: JsonObject): JsonObject {
  const kept = recordable(value, 0) as JsonObject;
  const text = canonicalJson(kept);
  const bytes = Buffer.byteLength(text);
  return bytes <= MAX_BYTES ? kept : { cut: true, bytes, beginning: recordableText(text, MAX_TEXT) };
}

/** Text as PostgreSQL can hold it: well-formed, without NUL, of at most `most` characters (UTF-16) and a mark. */
export function recordableText(text: string, most: number): string {
  const kept = text.length <= most ? text : `${text.slice(0, most)}${CUT}`;
  return kept.replaceAll('\0', '\ufffd').toWellFormed();
}

function recordable(value: unknown, depth: number): unknown {
  if (depth > MAX_DEPTH) return CUT;
  switch (typeof value) {
    case 'string':
      return recordableText(value, MAX_TEXT);
    case 'boolean':
      return value;
    case 'number':
      return Number.isFinite(value) ? value : null;
    case 'bigint':
      return String(value);
    case 'object':
      return recordableMembers(value, depth);
    default:
      return null;
  }
}

function recordableMembers(value: object | null, depth: number): unknown {
  if (value === null) return null;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (Array.isArray(value)) return value.map((item) => recordable(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => inner !== undefined)
      .map(([name, inner]) => [recordableText(name, MAX_TEXT), recordable(inner, depth + 1)]),
  );
}
