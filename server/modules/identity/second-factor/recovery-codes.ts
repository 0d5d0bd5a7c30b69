import { randomBytes } from 'node:crypto';
import { hashOpaqueToken } from '../../../platform/auth/index.ts';

/** Crockford's base32: no letter that looks like a digit. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const COUNT = 10;
/** 80 random bits, so that a fast hash is enough. */
const LENGTH = 16;

/** Ten codes such as `k7d3-9xq2-0fwm-51rz`, each of which stands for the second factor once. */
export function newRecoveryCodes(): string[] {
  return Array.from({ length: COUNT }, () => {
    const letters = Array.from(randomBytes(LENGTH), (byte) => ALPHABET.charAt(byte % ALPHABET.length)).join(
      '',
    );
    return (letters.match(/.{4}/g) ?? []).join('-');
  });
}

/** What is stored of a code. The same for every way of writing it: capitals, blanks, no hyphens, O for 0, I or L for 1. */
export function hashRecoveryCode(code: string): Uint8Array {
  const plain = code.toLowerCase().replaceAll(/[\s-]/g, '').replaceAll('o', '0').replaceAll(/[il]/g, '1');
  return hashOpaqueToken(plain);
}
