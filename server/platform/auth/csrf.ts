import { createHmac, timingSafeEqual } from 'node:crypto';
import type { CsrfProofs } from './port.ts';

/**
 * Signed double-submit proofs bound to the session (OWASP, Cross-Site Request Forgery Prevention): the HMAC of the
 * session's id. Another site can make a browser send the cookie, but cannot read this.
 */
export function createCsrfProofs(key: Uint8Array): CsrfProofs {
  const mac = (sessionId: string) => createHmac('sha256', key).update(sessionId).digest();
  return {
    proofFor: (sessionId) => mac(sessionId).toString('base64url'),
    accepts: (sessionId, proof) => {
      const expected = mac(sessionId);
      const given = Buffer.from(proof, 'base64url');
      return given.length === expected.length && timingSafeEqual(given, expected);
    },
  };
}
