import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hasBearerToken, verifyStandardWebhook, type WebhookHeaders } from './webhook-signatures.ts';

// The vector of the reference implementation (standard-webhooks, libraries/javascript/src/webhook.test.ts, Apache-2.0).
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const BODY = Buffer.from('{"test": 2432232314}');
const AT = 1_614_265_330;
const SIGNATURE = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=';
const HEADERS: WebhookHeaders = {
  id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  timestamp: String(AT),
  signature: SIGNATURE,
  authorization: undefined,
};
const NOW = AT * 1000;
const OTHER = 'v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc=';

const accepts = (headers: Partial<WebhookHeaders>, body = BODY, secrets = [SECRET], now = NOW) =>
  verifyStandardWebhook({ ...HEADERS, ...headers }, body, secrets, now) !== undefined;

test('the published vector holds, with and without the prefix of the secret', () => {
  expect(verifyStandardWebhook(HEADERS, BODY, [SECRET], NOW)).toEqual({ id: HEADERS.id, sentAt: NOW });
  expect(accepts({}, BODY, [SECRET.slice('whsec_'.length)])).toBe(true);
});

test.each<[string, Partial<WebhookHeaders>]>([
  ['no id', { id: undefined }],
  ['an empty id', { id: '' }],
  ['an id without end', { id: 'x'.repeat(256) }],
  ['another id', { id: 'msg_another' }],
  ['no time', { timestamp: undefined }],
  ['a word for a time', { timestamp: 'hello' }],
  ['another time', { timestamp: String(AT + 1) }],
  ['a time with a sign', { timestamp: `+${AT}` }],
  ['a time with a fraction', { timestamp: `${AT}.0` }],
  ['no signature', { signature: undefined }],
  ['an empty signature', { signature: '' }],
  ['an empty signature of the version', { signature: 'v1,' }],
  ['a part of the signature', { signature: SIGNATURE.slice(0, 8) }],
  ['another signature', { signature: OTHER }],
  ['another version', { signature: SIGNATURE.replace('v1', 'v2') }],
  ['no version', { signature: SIGNATURE.slice(3) }],
  ['the signature after twenty others', { signature: `${`${OTHER} `.repeat(20)}${SIGNATURE}` }],
])('%s is refused', (_name, headers) => {
  expect(accepts(headers)).toBe(false);
});

test('one of several signatures is enough, and one of several secrets', () => {
  expect(accepts({ signature: `${OTHER} v2,${SIGNATURE.slice(3)} ${SIGNATURE} ${OTHER}` })).toBe(true);
  const next = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;
  expect(accepts({}, BODY, [next, SECRET])).toBe(true);
  expect(accepts({}, BODY, [next])).toBe(false);
  expect(accepts({}, BODY, [])).toBe(false);
  expect(accepts({}, BODY, ['not base64!'])).toBe(false);
});

test('five minutes to either side are near enough', () => {
  for (const [seconds, near] of [
    [-301, false],
    [-300, true],
    [300, true],
    [301, false],
  ] as const)
    expect(accepts({}, BODY, [SECRET], NOW + seconds * 1000), String(seconds)).toBe(near);
});

test('what was signed holds, and no other byte', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 1, maxLength: 200 }),
      fc.uint8Array({ minLength: 24, maxLength: 64 }),
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
      (body, key, place, change) => {
        const secrets = [`whsec_${Buffer.from(key).toString('base64')}`];
        const mac = createHmac('sha256', key).update(`id.${AT}.`).update(body).digest('base64');
        const headers = { id: 'id', signature: `v1,${mac}` };
        expect(accepts(headers, Buffer.from(body), secrets)).toBe(true);
        const changed = Buffer.from(body);
        const at = place % changed.length;
        changed[at] = (changed[at] ?? 0) ^ change;
        expect(accepts(headers, changed, secrets)).toBe(false);
      },
    ),
  );
});

describe('a bearer token that was agreed on', () => {
  const token = 'a token that was agreed on';
  test.each([
    [`Bearer ${token.replaceAll(' ', '-')}`, true],
    [`bearer ${token.replaceAll(' ', '-')}`, true],
    [`Bearer ${token.replaceAll(' ', '-')}x`, false],
    ['Bearer ', false],
    [`Basic ${token.replaceAll(' ', '-')}`, false],
    [token.replaceAll(' ', '-'), false],
    [undefined, false],
  ])('%j: %s', (authorization, accepted) => {
    const tokens = ['another-token-of-the-two', token.replaceAll(' ', '-')];
    expect(hasBearerToken({ ...HEADERS, authorization }, tokens)).toBe(accepted);
  });
});
