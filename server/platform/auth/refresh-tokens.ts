import { createHmac, timingSafeEqual } from 'node:crypto';
import { parse, stringify } from 'uuid';
import type { RefreshTokens } from './port.ts';

/** Bytes: session id, generation (big-endian), HMAC-SHA256. */
const ID_LENGTH = 16;
const GENERATION_LENGTH = 4;
const MAC_LENGTH = 32;
const HEAD_LENGTH = ID_LENGTH + GENERATION_LENGTH;
const TOKEN_LENGTH = HEAD_LENGTH + MAC_LENGTH;

/**
 * Refresh tokens that are computed instead of stored: `id ‖ generation ‖ HMAC(key, seed ‖ id ‖ generation)`. The key is
 * the server's, the seed lies in the session's row: a leak of only one of them makes no token. Every earlier generation
 * can be told from a forgery, however old, and two requests that rotate at once get the same successor.
 */
export function createRefreshTokens(key: Uint8Array): RefreshTokens {
  const mac = (seed: Uint8Array, head: Uint8Array) =>
    createHmac('sha256', key).update(seed).update(head).digest();
  return {
    tokenOf: ({ sessionId, generation, seed }) => {
      const head = Buffer.alloc(HEAD_LENGTH);
      head.set(parse(sessionId));
      head.writeUInt32BE(generation, ID_LENGTH);
      return Buffer.concat([head, mac(seed, head)]).toString('base64url');
    },
    read: (token) => {
      const bytes = Buffer.from(token, 'base64url');
      if (bytes.length !== TOKEN_LENGTH || bytes.toString('base64url') !== token) return undefined;
      const head = bytes.subarray(0, HEAD_LENGTH);
      const given = bytes.subarray(HEAD_LENGTH);
      const sessionId = sessionIdOf(head);
      if (sessionId === undefined) return undefined;
      return {
        sessionId,
        generation: head.readUInt32BE(ID_LENGTH),
        matches: (seed) => timingSafeEqual(given, mac(seed, head)),
      };
    },
  };
}

/** `stringify` refuses bytes that are no UUID. */
function sessionIdOf(head: Uint8Array): string | undefined {
  try {
    return stringify(head);
  } catch {
    return undefined;
  }
}
