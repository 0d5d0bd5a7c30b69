import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { HOUR, ISSUER, issuerKeysStage, MINUTE, unavailable } from '../../testing/issuer-keys-stage.ts';
import { type IssuerKeyPair, type KeyServer, keyServer } from '../../testing/token-issuer.ts';
import { createIssuerVerifier, type IssuerVerifier } from './index.ts';

const { first, second, unknown, clock, current, ...stage } = await issuerKeysStage();

describe('keys that moved', () => {
  let server: KeyServer;
  let verifier: IssuerVerifier;
  const accepts = (pair: IssuerKeyPair) => stage.accepts(pair, verifier);
  let elsewhere: KeyServer;
  let located: number;
  let place: () => Promise<string>;
  beforeEach(async () => {
    ({ server } = current());
    elsewhere = await keyServer();
    elsewhere.publish(second.publicJwk);
    located = 0;
    place = async () => elsewhere.url;
    const request: KeyServer['outbound']['request'] = (url, options) =>
      (url === server.url ? server : elsewhere).outbound.request(url, options);
    verifier = createIssuerVerifier({
      ...{
        issuer: ISSUER,
        audience: 'us',
        algorithms: ['RS256'],
        jwksUri: server.url,
        outbound: { request },
      },
      locate: () => {
        located += 1;
        return place();
      },
      clock: () => new Date(clock.now),
      logger: { warn: () => undefined },
    });
  });
  afterEach(() => elsewhere.close());

  test.each([404, 410])('are found where the issuer says, when the old place answers %d', async (status) => {
    expect(await accepts(first)).toBe(true);
    server.answer((_request, response) => void response.writeHead(status).end());
    clock.now += HOUR;
    expect(await accepts(second)).toBe(true);
    expect(located).toBe(1);
    expect(await accepts(first)).toBe(false);
  });

  test('are found where the issuer says, when the old place does not know the key', async () => {
    expect(await accepts(first)).toBe(true);
    clock.now += HOUR;
    const accepted = await Promise.all([accepts(second), accepts(second), accepts(second)]);
    expect(accepted).toEqual([true, true, true]);
    expect(located).toBe(1);
  });

  test('are looked for once an hour, however many ids are made up', async () => {
    place = async () => server.url;
    for (let minute = 0; minute < 180; minute += 1) {
      clock.now += MINUTE;
      expect(await accepts(unknown)).toBe(false);
    }
    expect(located).toBe(3);
  });

  test('are not looked for when the old place has only a bad day', async () => {
    server.answer((_request, response) => void response.writeHead(503).end());
    clock.now += HOUR;
    await expect(accepts(second)).rejects.toMatchObject(unavailable);
    expect(located).toBe(0);
  });

  test('while nobody says where, the old ones count', async () => {
    expect(await accepts(first)).toBe(true);
    place = () => Promise.reject(new Error('away'));
    clock.now += HOUR;
    expect(await accepts(second)).toBe(false);
    expect(await accepts(first)).toBe(true);
    expect(located).toBe(1);
  });
});
