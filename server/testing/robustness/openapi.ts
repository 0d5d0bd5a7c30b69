import type { Answer } from './api.ts';

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header' | 'cookie';
  readonly required?: boolean;
  readonly schema?: Schema;
}

/** The part of JSON Schema that the product's shapes use. */
export interface Schema {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly format?: string;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
}

export interface Operation {
  readonly method: string;
  /** Below `/api/v1`, with `{name}` for path parameters. */
  readonly path: string;
  readonly parameters: readonly Parameter[];
  /** The schema of a JSON body, where it takes one. */
  readonly body: Schema | undefined;
}

interface OpenApi {
  readonly paths: Readonly<
    Record<
      string,
      Readonly<
        Record<
          string,
          {
            readonly parameters?: readonly Parameter[];
            readonly requestBody?: {
              readonly content?: Readonly<Record<string, { readonly schema?: Schema }>>;
            };
          }
        >
      >
    >
  >;
}

const METHODS: ReadonlySet<string> = new Set(['get', 'post', 'put', 'patch', 'delete']);

/** Every operation of the product's own description. @throws Error where there is none: a suite over nothing proves nothing. */
export async function readOperations(baseUrl: string): Promise<Operation[]> {
  const response = await fetch(`${baseUrl}/api/v1/openapi.json`);
  const document = (await response.json()) as OpenApi;
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([method]) => METHODS.has(method))
      .map(([method, operation]) => ({
        method: method.toUpperCase(),
        path: path.replace(/^\/api\/v1/, ''),
        parameters: operation.parameters ?? [],
        body: operation.requestBody?.content?.['application/json']?.schema,
      })),
  );
  if (operations.length === 0) throw new Error('The OpenAPI document lists no operations.');
  return operations;
}

/** `path` with its parameters put in as they are; the caller encodes. */
export function fillPath(operation: Operation, value: string): string {
  return operation.path.replaceAll(/\{[^}]+\}/g, value);
}

/** The smallest value that a schema allows, so that a request is wrong in one place only. */
export function sampleOf(schema: Schema): unknown {
  if (schema.const !== undefined) return schema.const;
  if (schema.enum !== undefined) return schema.enum[0];
  if (schema.anyOf?.[0] !== undefined) return sampleOf(schema.anyOf[0]);
  const type = typeof schema.type === 'string' ? schema.type : schema.type?.[0];
  switch (type) {
    case 'object':
      return Object.fromEntries(
        (schema.required ?? []).map((name) => [name, sampleOf(schema.properties?.[name] ?? {})]),
      );
    case 'array':
      return Array.from({ length: schema.minItems ?? 0 }, () => sampleOf(schema.items ?? {}));
    case 'integer':
    case 'number':
      return schema.minimum ?? 1;
    case 'boolean':
      return false;
    case 'null':
      return null;
    default:
      return sampleString(schema);
  }
}

function sampleString(schema: Schema): string {
  if (schema.format === 'uuid') return '01890000-0000-7000-8000-000000000000';
  if (schema.format === 'email') return 'nobody@example.org';
  return 'x'.repeat(Math.max(schema.minLength ?? 0, 1));
}

/** A body that an operation takes, as far as its schema says so. */
export const sampleBody = (operation: Operation): unknown =>
  operation.body === undefined ? undefined : sampleOf(operation.body);

/** The query parameters that an operation insists on, each with a harmless value. */
export function requiredQuery(operation: Operation, except?: string): string {
  return operation.parameters
    .filter(({ in: place, required, name }) => place === 'query' && required === true && name !== except)
    .map(({ name, schema }) => `${name}=${String(sampleOf(schema ?? {}))}&`)
    .join('');
}

/** The names of an object's plain text fields. */
export function stringFields(schema: Schema): string[] {
  return Object.entries(schema.properties ?? {})
    .filter(([, property]) => property.type === 'string')
    .map(([name]) => name);
}

/** A body that is right but for one field, whose value is given as JSON because JavaScript would mend it. */
export function withField(schema: Schema, name: string, json: string): string {
  const rest = Object.entries(sampleOf(schema) as object).filter(([key]) => key !== name);
  return `{${[...rest.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`), `${JSON.stringify(name)}:${json}`].join(',')}}`;
}

/** One line a complaint: what was sent, and an answer that is no client error or says nothing useful. */
export function complaint(operation: Operation, what: string, answer: Answer): string {
  return `${operation.method} ${operation.path} with ${what}: ${answer.status} ${JSON.stringify(answer.body).slice(0, 300)}`;
}

/** A refusal as the API promises it: 4xx, problem details, a stable code and a sentence without a stack trace. */
export function isPoliteRefusal(answer: Answer): boolean {
  return answer.status >= 400 && answer.status < 500 && isProblem(answer);
}

/** Whatever the status is, it is no server error; and every error is a problem document. */
export function isNoServerError(answer: Answer): boolean {
  return answer.status < 400 || isPoliteRefusal(answer);
}

function isProblem({ headers, body, status }: Answer): boolean {
  if (!headers.get('content-type')?.startsWith('application/problem+json')) return false;
  const problem = body as Partial<Record<'status' | 'code' | 'detail' | 'requestId', unknown>>;
  const text = JSON.stringify(body);
  return (
    problem.status === status &&
    typeof problem.code === 'string' &&
    typeof problem.detail === 'string' &&
    typeof problem.requestId === 'string' &&
    !/\n\s+at |node_modules|\.ts:\d|select .* from|insert into/i.test(text)
  );
}
