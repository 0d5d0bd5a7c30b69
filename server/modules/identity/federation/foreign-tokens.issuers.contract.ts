import { beforeAll, expect, test } from 'vitest';
import type { ForeignTokensStage } from '../../../testing/foreign-tokens-stage.ts';
import type { HostileProvider } from '../../../testing/hostile-provider.ts';
import type { IdentityWorld } from '../../../testing/identity-world.ts';
import { issuerKeyPair } from '../../../testing/token-issuer.ts';

/** Issuers whose keys change, and issuers that are away. */
export function foreignTokensIssuersContract(stage: ForeignTokensStage): void {
  const { trust, token, probe, statusOf } = stage;
  let world: IdentityWorld;
  let issuer: HostileProvider;
  beforeAll(() => {
    ({ world, issuer } = stage.now());
  });

  test('keys of the issuer follow one another', async () => {
    await trust();
    expect(await statusOf(await token())).toBe(200);
    const next = await issuerKeyPair('ES256', 'second');
    issuer.publish(issuer.key, next);
    world.pass(61);
    expect(await statusOf(await token({}, {}, next))).toBe(200);
  });

  test('an issuer that does not answer is said to be away, is not asked for each token, and comes back', async () => {
    let asked = 0;
    issuer.answer('/.well-known/openid-configuration', (response) => {
      asked += 1;
      response.writeHead(500).end();
    });
    await trust();
    for (let count = 0; count < 5; count += 1)
      expect((await probe(await token())).json()).toMatchObject({
        status: 503,
        code: 'auth.issuer_unavailable',
      });
    expect(asked).toBe(1);
    issuer.reset();
    world.pass(11);
    expect(await statusOf(await token())).toBe(200);
  });

  test('our own tokens never ask an issuer', async () => {
    await trust();
    let asked = 0;
    issuer.answer('/jwks', (response) => {
      asked += 1;
      response.writeHead(500).end();
    });
    const joined = await world.join('own@there.example');
    expect(await statusOf(joined.program.accessToken)).toBe(200);
    expect(asked).toBe(0);
  });
}
