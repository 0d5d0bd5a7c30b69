import { hashOpaqueToken, newOpaqueToken } from '../../../platform/auth/index.ts';

/** Milliseconds before the same invitation is sent again. */
export const RESEND_AFTER = 60_000;
/** Milliseconds. */
const LIFETIME = 7 * 24 * 3_600_000;

export interface InvitationToken {
  /** Travels in the fragment, which browsers send to no server. */
  readonly link: string;
  readonly tokenHash: Uint8Array;
  /** RFC 3339. */
  readonly at: string;
  readonly expiresAt: string;
}

/** A new token and when it ends. `publicUrl`: where people reach the server. */
export function newInvitationToken(publicUrl: string, now: Date): InvitationToken {
  const token = newOpaqueToken();
  return {
    link: `${publicUrl}/invitation#token=${token}`,
    tokenHash: hashOpaqueToken(token),
    at: now.toISOString(),
    expiresAt: new Date(now.getTime() + LIFETIME).toISOString(),
  };
}
