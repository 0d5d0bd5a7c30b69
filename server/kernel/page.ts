import { AppError } from './errors.ts';
import { isId } from './ids.ts';

/** A keyset page: `nextCursor` is null on the last one. */
export interface Page<T> {
  readonly items: T[];
  readonly nextCursor: string | null;
}

export interface PageRequest {
  /** 1 to 100. */
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** Where a page ended: the sort key of its last row. Time is in microseconds, as PostgreSQL keeps it. */
export interface Keyset {
  /** RFC 3339 with microseconds. */
  readonly at: string;
  readonly id: string;
}

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|\+00:00)$/;

/** An opaque cursor for `Keyset`. It grants nothing: rows are filtered by the caller's rights again. */
export function encodeCursor(keyset: Keyset): string {
  return Buffer.from(`${keyset.at}|${keyset.id}`).toString('base64url');
}

/** Reads a cursor back. Throws `malformed` for anything that `encodeCursor` cannot have made. */
export function decodeCursor(cursor: string): Keyset {
  const [at, id, ...rest] = Buffer.from(cursor, 'base64url').toString('utf8').split('|');
  if (
    at === undefined ||
    id === undefined ||
    rest.length > 0 ||
    !TIME.test(at) ||
    Number.isNaN(Date.parse(at)) ||
    !isId(id)
  ) {
    throw invalidCursor();
  }
  return { at, id };
}

/** The refusal of a cursor that the server cannot have given. */
export function invalidCursor(): AppError {
  return new AppError({
    kind: 'malformed',
    code: 'request.invalid_cursor',
    safeMessage: 'The cursor is not one that this server gave. Start again without a cursor.',
  });
}

/** Cuts `limit + 1` fetched rows, in order of their keysets, into a page. */
export function toPage<Row, T>(
  rows: readonly Row[],
  limit: number,
  keysetOf: (row: Row) => Keyset,
  view: (row: Row) => T,
): Page<T> {
  return cutPage(rows, limit, (row) => encodeCursor(keysetOf(row)), view);
}

/** The same of rows in another order, with cursors of their own. */
export function cutPage<Row, T>(
  rows: readonly Row[],
  limit: number,
  cursorOf: (row: Row) => string,
  view: (row: Row) => T,
): Page<T> {
  const kept = rows.slice(0, limit);
  const last = kept.at(-1);
  const more = rows.length > limit && last !== undefined;
  return { items: kept.map(view), nextCursor: more ? cursorOf(last) : null };
}
