import { Ajv } from 'ajv';
import formatsModule, { type FormatsPlugin } from 'ajv-formats';
import type { FastifySchemaCompiler } from 'fastify';
import type { TSchema } from 'typebox';

// The package is CommonJS: its default export is the module object.
const addFormats = formatsModule as unknown as FormatsPlugin;

function createAjv(coerceTypes: boolean): Ajv {
  const ajv = new Ajv({
    coerceTypes,
    useDefaults: true,
    removeAdditional: false,
    allErrors: false,
    allowUnionTypes: true,
    strict: false,
  });
  addFormats(ajv, ['uuid', 'email', 'date-time', 'uri']);
  return ajv;
}

/** Bodies are taken as they are: `5` is no string and an unknown field is an error. Queries and parameters are text, so they are read as what they mean. */
export function createValidatorCompiler(): FastifySchemaCompiler<TSchema> {
  const strict = createAjv(false);
  const coercing = createAjv(true);
  return ({ schema, httpPart }) => (httpPart === 'body' ? strict : coercing).compile(schema);
}
