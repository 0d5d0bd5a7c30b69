import type { OutboxEntry, SearchMode, SourceListQuery, TaskStatus } from '../../../client/index.ts';

/** What the address bar holds for each page. Everything is optional, and nonsense is dropped rather than refused. */
export interface SignInSearch {
  /** Where to go after signing in; a path of this console. */
  next?: string;
}

export interface SignInPageSearch extends SignInSearch {
  /** Why an identity provider sent the browser back; a code, never a sentence. */
  error?: string;
}

export interface LibrarySearch {
  collection?: string;
  status?: NonNullable<SourceListQuery['status']>;
  q?: string;
}

export interface ReaderSearch {
  version?: number;
  /** The cited range: UTF-16 code units in the text of that version, end exclusive. */
  start?: number;
  end?: number;
}

export interface SearchSearch {
  q?: string;
  mode?: SearchMode;
  collection?: string;
  language?: string;
  passages?: 'all';
}

export interface AskSearch {
  q?: string;
  collection?: string;
}

export interface TasksSearch {
  status?: TaskStatus;
}

export interface AuditSearch {
  /** How the action begins. */
  action?: string;
  /** An id. */
  person?: string;
  outcome?: (typeof OUTCOMES)[number];
  address?: string;
  /** Days of the reader's calendar, `2026-11-21`; both included. */
  from?: string;
  until?: string;
}

export interface OrganizationsSearch {
  q?: string;
  state?: 'suspended';
}

export interface UsersSearch {
  q?: string;
  state?: (typeof USER_STATES)[number];
}

export interface MailSearch {
  state?: OutboxEntry['state'];
}

type Raw = Record<string, unknown>;

export const STAGES = [
  'received',
  'parsed',
  'segmented',
  'embedded',
  'indexed',
  'ready',
  'failed',
  'cancelled',
  'processing',
] as const satisfies readonly NonNullable<LibrarySearch['status']>[];
export const MODES = ['hybrid', 'semantic', 'keyword'] as const satisfies readonly SearchMode[];
export const TASK_STATUSES = [
  'queued',
  'running',
  'succeeded',
  'failed',
  'cancelled',
] as const satisfies readonly TaskStatus[];

export const USER_STATES = ['operator', 'disabled'] as const;
export const MAIL_STATES = [
  'held',
  'queued',
  'sent',
  'failed',
] as const satisfies readonly OutboxEntry['state'][];
const OUTCOMES = ['succeeded', 'denied'] as const;

/** Plain `a=b` pairs. The router's own form quotes texts that look like numbers, which makes links ugly. */
export function parseSearch(search: string): Raw {
  return Object.fromEntries(new URLSearchParams(search));
}

export function stringifySearch(search: Raw): string {
  const pairs = Object.entries(search).filter(([, value]) => value !== undefined && value !== '');
  const text = new URLSearchParams(
    pairs.map(([key, value]): [string, string] => [key, String(value)]),
  ).toString();
  return text === '' ? '' : `?${text}`;
}

export function readSignInSearch(raw: Raw): SignInSearch {
  const next = text(raw.next);
  // Only a path of our own: `//host` and `/\host` would leave the console.
  return next !== undefined && /^\/(?![/\\])[^\p{Cc}\\]*$/u.test(next) ? { next } : {};
}

export function readSignInPageSearch(raw: Raw): SignInPageSearch {
  return compact({ ...readSignInSearch(raw), error: text(raw.error) });
}

export function readLibrarySearch(raw: Raw): LibrarySearch {
  return compact({ collection: text(raw.collection), status: oneOf(STAGES, raw.status), q: text(raw.q) });
}

export function readReaderSearch(raw: Raw): ReaderSearch {
  const range = { start: natural(raw.start), end: natural(raw.end) };
  const valid = range.start !== undefined && range.end !== undefined && range.start < range.end;
  return compact({ version: natural(raw.version), ...(valid ? range : {}) });
}

export function readSearchSearch(raw: Raw): SearchSearch {
  return compact({
    q: text(raw.q),
    mode: oneOf(MODES, raw.mode),
    collection: text(raw.collection),
    language: text(raw.language),
    passages: raw.passages === 'all' ? ('all' as const) : undefined,
  });
}

export function readAskSearch(raw: Raw): AskSearch {
  return compact({ q: text(raw.q), collection: text(raw.collection) });
}

export function readTasksSearch(raw: Raw): TasksSearch {
  return compact({ status: oneOf(TASK_STATUSES, raw.status) });
}

export function readAuditSearch(raw: Raw): AuditSearch {
  return compact({
    action: text(raw.action),
    person: text(raw.person),
    outcome: oneOf(OUTCOMES, raw.outcome),
    address: text(raw.address),
    from: day(raw.from),
    until: day(raw.until),
  });
}

export function readOrganizationsSearch(raw: Raw): OrganizationsSearch {
  return compact({ q: text(raw.q), state: oneOf(['suspended'] as const, raw.state) });
}

export function readUsersSearch(raw: Raw): UsersSearch {
  return compact({ q: text(raw.q), state: oneOf(USER_STATES, raw.state) });
}

export function readMailSearch(raw: Raw): MailSearch {
  return compact({ state: oneOf(MAIL_STATES, raw.state) });
}

function day(value: unknown): string | undefined {
  return typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value) ? value : undefined;
}

function text(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function natural(value: unknown): number | undefined {
  const number = typeof value === 'string' && value !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0 ? number : undefined;
}

function oneOf<T extends string>(allowed: readonly T[], value: unknown): T | undefined {
  return allowed.find((candidate) => candidate === value);
}

type Compact<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

function compact<T extends object>(values: T): Compact<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Compact<T>;
}
