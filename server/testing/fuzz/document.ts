import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formatsModule, { type FormatsPlugin } from 'ajv-formats';
import type { Parameter, Schema } from '../robustness/openapi.ts';

// The package is CommonJS: its default export is the module object.
const addFormats = formatsModule as unknown as FormatsPlugin;

/** One operation of the served document. */
export interface Operation {
  /** `POST /library/sources`, below `/api/v1`. */
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly query: readonly Parameter[];
  readonly jsonBody: Schema | undefined;
  readonly takesFiles: boolean;
  /** Says what is wrong with an answer by the document, or undefined. */
  readonly complainAbout: (answer: DeclaredPart) => string | undefined;
}

/** What the document says something about. `body`: as it came over the wire, decoded. */
export interface DeclaredPart {
  readonly status: number;
  readonly contentType: string | undefined;
  readonly body: string;
}

interface Media {
  readonly schema?: Schema;
}

interface Described {
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content?: Readonly<Record<string, Media>> };
  readonly responses?: Readonly<Record<string, { readonly content?: Readonly<Record<string, Media>> }>>;
}

export interface OpenApi {
  /** What schemas refer to. */
  readonly components?: unknown;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>;
}

const METHODS: ReadonlySet<string> = new Set(['get', 'post', 'put', 'patch', 'delete', 'head', 'options']);
export const PREFIX = '/api/v1';

/** @throws Error where the document lists nothing: a fuzzer of nothing finds nothing. */
export function readDocument(document: OpenApi): readonly Operation[] {
  const ajv = new Ajv2020({ strict: false, allErrors: false });
  addFormats(ajv);
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([method]) => METHODS.has(method))
      .map(([method, described]) =>
        readOperation(ajv, document.components, method.toUpperCase(), path, described),
      ),
  );
  if (operations.length === 0) throw new Error('The OpenAPI document lists no operations.');
  return operations;
}

function readOperation(
  ajv: Ajv2020,
  components: unknown,
  method: string,
  fullPath: string,
  described: Described,
): Operation {
  const path = fullPath.startsWith(PREFIX) ? fullPath.slice(PREFIX.length) : fullPath;
  const content = described.requestBody?.content ?? {};
  return {
    name: `${method} ${path}`,
    method,
    path,
    query: (described.parameters ?? []).filter((parameter) => parameter.in === 'query'),
    jsonBody: content['application/json']?.schema,
    takesFiles: 'multipart/form-data' in content,
    complainAbout: complaints(ajv, components, described.responses ?? {}),
  };
}

function complaints(ajv: Ajv2020, components: unknown, responses: NonNullable<Described['responses']>) {
  const compiled = new Map<Schema, ValidateFunction>();
  return ({ status, contentType, body }: DeclaredPart): string | undefined => {
    const { default: refusal, ...successes } = responses;
    // Files and streams declare nothing besides.
    const declared =
      responses[status] ?? (status >= 400 || Object.keys(successes).length === 0 ? refusal : undefined);
    if (!declared) return `status ${status} is not declared`;
    const media = contentType?.split(';')[0]?.trim() ?? '';
    const content =
      status >= 400 && media === 'application/problem+json' ? refusal?.content : declared.content;
    const schema = content?.[media]?.schema;
    if (!schema) {
      const expectsJson = Object.keys(content ?? {}).some((type) => type.endsWith('json'));
      // Files and streams are declared by their status alone.
      return expectsJson && media.endsWith('json') ? `${status} ${media} is not declared` : undefined;
    }
    const validate = compiled.get(schema) ?? ajv.compile({ ...schema, components });
    compiled.set(schema, validate);
    const value = parsed(body);
    if (value === undefined) return `${status} is no JSON`;
    if (validate(value)) return undefined;
    const [error] = validate.errors ?? [];
    return `${status} does not match its schema: ${error?.instancePath || 'it'} ${error?.message}`;
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
