import type { EventType } from '../../platform/events/port.ts';

export const userRegistered: EventType<{ readonly userId: string }> = { name: 'identity.user_registered' };

export const userSignedIn: EventType<{
  readonly userId: string;
  readonly sessionId: string;
  readonly method: 'registration' | 'password' | 'link';
}> = { name: 'identity.user_signed_in' };

/** A wrong password for an account that exists; attempts on unknown accounts belong to no organization and are only logged. */
export const signInFailed: EventType<{ readonly userId: string }> = { name: 'identity.sign_in_failed' };

/** A refresh token that had been used before came again: all its successors have ended. */
export const refreshTokenReused: EventType<{ readonly userId: string; readonly sessionId: string }> = {
  name: 'identity.refresh_token_reused',
};
