import { createHash } from 'node:crypto';
import { AppError } from '../../../kernel/errors.ts';
import type { SearchRequest } from '../port.ts';
import type { RankPosition } from '../ranking/page.ts';

const CURSOR = /^([0-9a-f]{16}):(\d{1,15}):(\d{1,9}):([0-9a-f]{16})$/;

/** An opaque cursor: where the page ended, and which query it belongs to. It grants nothing: rights are checked again. */
export function encodeSearchCursor(request: SearchRequest, position: RankPosition): string {
  const score = Buffer.alloc(8);
  score.writeDoubleBE(position.score);
  return Buffer.from(
    `${score.toString('hex')}:${position.key}:${position.ordinal}:${digest(request)}`,
  ).toString('base64url');
}

/** Reads a cursor back. Throws `malformed` for one that this query cannot have given. */
export function decodeSearchCursor(request: SearchRequest, cursor: string): RankPosition {
  const match = CURSOR.exec(Buffer.from(cursor, 'base64url').toString('latin1'));
  const score = match?.[1] === undefined ? Number.NaN : Buffer.from(match[1], 'hex').readDoubleBE();
  if (match === null || !Number.isFinite(score) || match[4] !== digest(request)) {
    throw new AppError({
      kind: 'malformed',
      code: 'request.invalid_cursor',
      safeMessage:
        'The cursor is not one that this server gave for this query. Start again without a cursor.',
    });
  }
  return { score, key: Number(match[2]), ordinal: Number(match[3]) };
}

function digest(request: SearchRequest): string {
  const { q, mode, types, collectionId, language, expand, prefix } = request;
  const what = JSON.stringify([
    q,
    mode,
    types ?? null,
    collectionId ?? null,
    language ?? null,
    expand ?? null,
    prefix ?? false,
  ]);
  return createHash('sha256').update(what).digest('hex').slice(0, 16);
}
