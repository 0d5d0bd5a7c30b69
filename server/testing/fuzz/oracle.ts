import { ADMIN_SECRET, type CallerName } from '../isolation/callers.ts';
import { UNAVAILABLE } from './dangers.ts';
import type { Operation } from './document.ts';
import { marksHiddenFrom, type Told } from './strangers.ts';
import type { Stage } from './target.ts';
import type { Exchange, WireAnswer, WireRequest } from './wire.ts';

/** `kind` says which promise is broken: findings of one kind and operation are one finding. */
export interface Complaint {
  readonly kind: string;
  readonly what: string;
}

export interface Sent {
  readonly operation: Operation;
  readonly caller: CallerName;
  readonly request: WireRequest;
  readonly exchange: Exchange;
  readonly stage: Stage;
}

const PROBLEM_MEMBERS = ['type', 'title', 'status', 'detail', 'code', 'requestId'] as const;
/** What only somebody who reads our code or our database should ever see. */
const INSIDES: readonly (readonly [name: string, pattern: RegExp])[] = [
  ['a stack trace', /\n\s+at .+:\d+:\d+|node:internal|\bat async \w/],
  ['a file path', /node_modules|\.ts:\d+|\/scriptorium-world-|file:\/\/\/(?!etc\/passwd)/],
  [
    'a message of the database',
    /violates [\w-]+ constraint|syntax error at or near|relation "[^"]+" does not exist|invalid input syntax for|invalid byte sequence|row-level security policy|current transaction is aborted|PGlite|kysely/i,
  ],
  ['a password hash', /\$argon2/],
  ['the admin secret', new RegExp(ADMIN_SECRET)],
];
const SQL = /\b(?:select\b.{1,200}\bfrom|insert into|delete from|update \w+ set)\b/i;

/** Everything about one answer that the product promises not to do. */
export function complaintsAbout(sent: Sent, told: Told): readonly Complaint[] {
  const { answer, why } = sent.exchange;
  if (!answer) return why === 'silence' || !liesAboutLength(sent.request) ? [silence(why)] : [];
  return [
    ...serverError(sent, answer),
    ...problem(sent, answer),
    ...declaration(sent, answer),
    ...leaks(sent, answer, told),
  ];
}

const liesAboutLength = ({ headers }: WireRequest) =>
  headers.some(([name]) => name === 'content-length' || name === 'transfer-encoding' || name === 'host');

const silence = (why: string): Complaint => ({ kind: 'no answer', what: `no answer came: ${why}` });

function serverError({ operation }: Sent, { status, body }: WireAnswer): Complaint[] {
  if (status < 500 || UNAVAILABLE[operation.name]?.includes(status)) return [];
  return [{ kind: `status ${status}`, what: `answered ${status}: ${body.slice(0, 300)}` }];
}

function problem({ request }: Sent, { status, headers, body }: WireAnswer): Complaint[] {
  if (status < 400 || request.method === 'HEAD') return [];
  const bad = (what: string) => [
    { kind: `no problem document (${status})`, what: `${status} ${what}: ${body.slice(0, 300)}` },
  ];
  if (!headers.get('content-type')?.startsWith('application/problem+json')) return bad('is no problem+json');
  const value = readObject(body);
  if (!value) return bad('cannot be read');
  const missing = PROBLEM_MEMBERS.filter(
    (name) => typeof value[name] !== (name === 'status' ? 'number' : 'string'),
  );
  if (missing.length > 0) return bad(`is without ${missing.join(', ')}`);
  return value.status === status ? [] : bad(`says ${value.status}`);
}

function declaration({ operation, request }: Sent, { status, headers, body }: WireAnswer): Complaint[] {
  if (request.method !== operation.method || status >= 500) return [];
  // A member that is no media type is not negotiated away, and partial answers are those of the whole.
  const contentType = headers.get('content-type') ?? undefined;
  const what = operation.complainAbout({ status, contentType, body });
  return what === undefined
    ? []
    : [{ kind: `undeclared: ${what.slice(0, 80)}`, what: `${what}: ${body.slice(0, 300)}` }];
}

function leaks(sent: Sent, { head, body }: WireAnswer, told: Told): Complaint[] {
  const { request } = sent;
  const said = `${head}\r\n\r\n${body}`;
  const asked = `${request.target}\n${Buffer.from(request.body ?? '').toString()}\n${request.headers.join('\n')}`;
  const found: string[] = [];
  for (const [name, pattern] of INSIDES) {
    const match = pattern.exec(said)?.[0];
    if (match !== undefined && !asked.includes(match)) found.push(`${name}: …${around(said, match)}…`);
  }
  const refused = !head.startsWith('HTTP/1.1 2');
  const sql = refused ? SQL.exec(said)?.[0] : undefined;
  if (sql !== undefined && !asked.includes(sql) && !decodeURIComponentSafely(asked).includes(sql))
    found.push(`SQL: …${around(said, sql)}…`);
  found.push(...foreignIn(said, asked, sent, told));
  return found.map((what) => ({ kind: `leak of ${what.split(':')[0]}`, what: `the answer holds ${what}` }));
}

function foreignIn(said: string, asked: string, { caller, stage }: Sent, told: Told): string[] {
  return marksHiddenFrom(caller, stage)
    .filter((mark) => said.includes(mark) && !asked.includes(mark) && !told.includes(caller, stage, mark))
    .map((mark) => `another organization: …${around(said, mark)}…`);
}

const around = (text: string, match: string) => {
  const at = text.indexOf(match);
  return text.slice(Math.max(0, at - 60), at + 120);
};

function decodeURIComponentSafely(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function readObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

export interface LogComplaint extends Complaint {
  readonly requestId: string | undefined;
}

/** What stands in the log and should not: errors that nobody expected, and what only their owner may know. */
export function complaintsAboutLog(text: string, stages: readonly Stage[]): readonly LogComplaint[] {
  const secrets = [ADMIN_SECRET, '$argon2', ...stages.flatMap(({ callers }) => tokensOf(callers))];
  return text.split('\n').flatMap((line): LogComplaint[] => {
    const entry = readObject(line);
    const requestId = typeof entry?.requestId === 'string' ? entry.requestId : undefined;
    const level = entry?.level;
    const found: LogComplaint[] = [];
    if (level === 'error' || level === 'fatal')
      found.push({ requestId, kind: 'an error was logged', what: line.slice(0, 1_500) });
    if (secrets.some((secret) => line.includes(secret)))
      found.push({ requestId, kind: 'a secret was logged', what: line.slice(0, 500) });
    if (line !== '' && entry === undefined)
      found.push({ requestId, kind: 'something was printed', what: line.slice(0, 500) });
    return found;
  });
}

const tokensOf = (callers: Stage['callers']) =>
  Object.values(callers)
    .flatMap((headers) => Object.values(headers))
    .map((value) => value.replace(/^Bearer /, ''));
