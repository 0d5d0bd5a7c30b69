import { randomInt } from 'node:crypto';
import { crc32 } from 'node:zlib';

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const MARK = 'sk_';
/** Characters. */
const ID_LENGTH = 8;
/** 62^43 > 2^256. */
const SECRET_LENGTH = 43;
/** 62^6 > 2^32. */
const CHECKSUM_LENGTH = 6;
const KEY = new RegExp(`^${MARK}[0-9A-Za-z]{${ID_LENGTH}}_[0-9A-Za-z]{${SECRET_LENGTH + CHECKSUM_LENGTH}}$`);

export interface NewApiKey {
  /** The whole key, to be shown once. */
  readonly key: string;
  /** Its beginning, which is no secret: to recognise the key by. */
  readonly prefix: string;
}

/**
 * A key such as `sk_4mXk20Qz_` + 43 random characters + a checksum: 256 random bits, one word for a double click, and a
 * pattern that secret scanners can look for. The checksum (CRC-32 of all before it, base 62) tells a mistyped or shortened
 * key, and most of what only looks like one, without the database.
 */
export function newApiKey(): NewApiKey {
  const prefix = `${MARK}${randomText(ID_LENGTH)}`;
  const body = `${prefix}_${randomText(SECRET_LENGTH)}`;
  return { key: `${body}${checksumOf(body)}`, prefix };
}

/** Whether a bearer token means to be an API key: an access token never begins so. */
export function looksLikeApiKey(token: string): boolean {
  return token.startsWith(MARK);
}

/** Whether it can be a key at all: form and checksum. Says nothing about whether it is known. */
export function isApiKey(token: string): boolean {
  return KEY.test(token) && checksumOf(token.slice(0, -CHECKSUM_LENGTH)) === token.slice(-CHECKSUM_LENGTH);
}

function randomText(length: number): string {
  return Array.from({ length }, () => BASE62.charAt(randomInt(BASE62.length))).join('');
}

function checksumOf(text: string): string {
  let rest = crc32(text);
  let digits = '';
  for (let place = 0; place < CHECKSUM_LENGTH; place += 1) {
    digits = BASE62.charAt(rest % BASE62.length) + digits;
    rest = Math.floor(rest / BASE62.length);
  }
  return digits;
}
