import { createHmac, timingSafeEqual } from 'node:crypto';
import { createSecretCheck } from '../../../platform/auth/index.ts';
import { webhookKey } from './providers.policy.ts';

/** Seconds by which the sender's clock may differ from ours (Standard Webhooks, “Verifying webhook authenticity”). */
const TOLERANCE = 300;
const MAX_ID = 255;
/** Signatures that are looked at; one for each of the sender's secrets. */
const MAX_SIGNATURES = 20;

/** The headers that say who sent a message. */
export interface WebhookHeaders {
  readonly id: string | undefined;
  /** Seconds since 1970, as text. */
  readonly timestamp: string | undefined;
  /** `v1,<base64> v1,<base64> …` */
  readonly signature: string | undefined;
  readonly authorization: string | undefined;
}

/** A message whose sender is known. */
export interface SignedMessage {
  readonly id: string;
  /** When this attempt was sent. Milliseconds since 1970. */
  readonly sentAt: number;
}

/**
 * Standard Webhooks 1.0.0 (which Svix, and so Clerk, sends): HMAC-SHA256 of `id.timestamp.body` under one of the secrets.
 * Undefined unless one signature holds and the time is near `now` (milliseconds). Every signature is compared in constant
 * time; how long it takes depends only on how many there are.
 */
export function verifyStandardWebhook(
  headers: WebhookHeaders,
  body: Uint8Array,
  secrets: readonly string[],
  now: number,
): SignedMessage | undefined {
  const { id, timestamp, signature } = headers;
  if (id === undefined || timestamp === undefined || signature === undefined) return undefined;
  if (id === '' || id.length > MAX_ID || !/^\d{1,12}$/.test(timestamp)) return undefined;
  const seconds = Number(timestamp);
  if (Math.abs(now / 1000 - seconds) > TOLERANCE) return undefined;
  const given = signature
    .split(' ', MAX_SIGNATURES)
    .filter((one) => one.startsWith('v1,'))
    .map((one) => Buffer.from(one.slice('v1,'.length), 'base64'));
  const expected = secrets
    .map(webhookKey)
    .filter((key) => key !== undefined)
    .map((key) => createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest());
  const matches = expected.flatMap((mac) =>
    given.map((one) => one.length === mac.length && timingSafeEqual(one, mac)),
  );
  return matches.includes(true) ? { id, sentAt: seconds * 1000 } : undefined;
}

/** Auth0 Event Streams sign nothing: they send a bearer token that was agreed on. */
export function hasBearerToken(headers: WebhookHeaders, tokens: readonly string[]): boolean {
  const given = /^bearer (\S+)$/i.exec(headers.authorization ?? '')?.[1];
  if (given === undefined) return false;
  return tokens.map((token) => createSecretCheck(token)(given)).includes(true);
}
