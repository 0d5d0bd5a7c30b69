const COMPACT = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/;

/**
 * Whether the text is a JWS in compact serialization to the letter (RFC 7515, 2 and 3.1): three parts of canonical
 * base64url. Parsers forgive padding, white space and loose bits at the end; then one token has many spellings.
 * `maxLength`: characters; more is not worth decoding.
 */
export function isStrictCompactJws(token: string, maxLength: number): boolean {
  return token.length <= maxLength && COMPACT.test(token) && token.split('.').every(isCanonical);
}

function isCanonical(part: string): boolean {
  return Buffer.from(part, 'base64url').toString('base64url') === part;
}
