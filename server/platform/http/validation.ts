import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import formatsModule, { type FormatsPlugin } from 'ajv-formats';
import type { FastifySchemaCompiler } from 'fastify';
import type { TSchema } from 'typebox';

// The package is CommonJS: its default export is the module object.
const addFormats = formatsModule as unknown as FormatsPlugin;

/** Without `urn:uuid:`, which RFC 9562 allows and PostgreSQL does not read. */
const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;
/** RFC 3339, with the offsets that there are on earth: PostgreSQL refuses others. */
const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-](?:0\d|1[0-4]):[0-5]\d)$/i;

function isTimestamp(text: string): boolean {
  if (!TIMESTAMP.test(text) || text.startsWith('0000') || Number.isNaN(Date.parse(text))) return false;
  // Date.parse takes the 30th of February for the 2nd of March.
  const day = text.slice(0, 10);
  return new Date(`${day}T00:00:00Z`).toISOString().startsWith(day);
}

/**
 * Nothing is coerced by guessing: `5` in a body is no string, an unknown field is an error. A query is text, so where its
 * schema wants a number or a boolean, the plain decimal and the two words are read as such, and nothing else is (`0x10`,
 * `1e1` and `` are no numbers).
 */
export function createValidatorCompiler(): FastifySchemaCompiler<TSchema> {
  const ajv = new Ajv({
    coerceTypes: false,
    useDefaults: true,
    removeAdditional: false,
    allowUnionTypes: true,
    strict: false,
  });
  addFormats(ajv, ['email', 'uri']);
  ajv.addFormat('uuid', UUID);
  ajv.addFormat('date-time', isTimestamp);
  return ({ schema, httpPart }) => {
    const validate = ajv.compile(schema);
    return httpPart === 'querystring' ? readingText(schema, validate) : validate;
  };
}

/** As Ajv's own functions, with `errors` on the function: that is how the framework asks for them. */
function readingText(schema: TSchema, validate: ValidateFunction) {
  const { properties = {} } = schema as { readonly properties?: Record<string, { readonly type?: unknown }> };
  const read = Object.assign(
    (query: Record<string, unknown>): boolean => {
      for (const [name, { type }] of Object.entries(properties)) {
        const value = query[name];
        if (typeof value === 'string') query[name] = meant(value, type);
      }
      const valid = validate(query);
      read.errors = validate.errors ?? null;
      return valid;
    },
    { errors: null as ErrorObject[] | null },
  );
  return read;
}

function meant(value: string, type: unknown): unknown {
  if (type === 'integer' && /^-?\d{1,15}$/.test(value)) return Number(value);
  if (type === 'number' && /^-?\d{1,15}(\.\d{1,15})?$/.test(value)) return Number(value);
  if (type === 'boolean' && (value === 'true' || value === 'false')) return value === 'true';
  return value;
}
