/** Characters. Ours have about 450; more is not worth decoding. */
const MAX_LENGTH = 2048;
const COMPACT = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/;

/**
 * Whether the text is a JWS in compact serialization to the letter (RFC 7515, 2 and 3.1): three parts of canonical
 * base64url. Parsers forgive padding, white space and loose bits at the end; then one token has many spellings.
 */
export function isStrictCompactJws(token: string): boolean {
  return token.length <= MAX_LENGTH && COMPACT.test(token) && token.split('.').every(isCanonical);
}

function isCanonical(part: string): boolean {
  return Buffer.from(part, 'base64url').toString('base64url') === part;
}
