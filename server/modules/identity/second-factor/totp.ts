import { Secret, TOTP } from 'otpauth';

/** Bytes (RFC 4226, 4: at least 128 bits, 160 recommended). */
const SECRET_LENGTH = 20;
/** What every authenticator knows (RFC 6238, 4 and 5.2); others read these three from the URI, and many do not. */
const SHAPE = { algorithm: 'SHA1', digits: 6, period: 30 } as const;
const CODE = /^[0-9]{6}$/;
/** Time steps before and after the present one in which a code is accepted (RFC 6238, 5.2). */
const WINDOW = 1;

export function newTotpSecret(): Uint8Array {
  return new Secret({ size: SECRET_LENGTH }).bytes;
}

export interface Provisioning {
  /** Base32 (RFC 4648), to be typed. */
  readonly secret: string;
  /** `otpauth://totp/…`, to be scanned. */
  readonly uri: string;
}

export function provisioningOf(secret: Uint8Array, issuer: string, account: string): Provisioning {
  const totp = new TOTP({ ...SHAPE, issuer, label: account, secret: secretOf(secret) });
  return { secret: totp.secret.base32, uri: totp.toString() };
}

/** The time step that the code belongs to, where that is the one of `now` or a neighbour; undefined for a wrong code. */
export function acceptedStep(secret: Uint8Array, code: string, now: Date): number | undefined {
  // The library throws where characters are more than one byte.
  if (!CODE.test(code)) return undefined;
  const timestamp = now.getTime();
  const delta = TOTP.validate({ ...SHAPE, token: code, secret: secretOf(secret), timestamp, window: WINDOW });
  return delta === null ? undefined : TOTP.counter({ period: SHAPE.period, timestamp }) + delta;
}

function secretOf(bytes: Uint8Array): Secret {
  return new Secret({ buffer: new Uint8Array(bytes).buffer });
}
