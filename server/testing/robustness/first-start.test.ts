import { afterEach, beforeEach, expect, test } from 'vitest';
import { eventually } from '../world.ts';
import { Api } from './api.ts';
import { Product, scratchFolder } from './product.ts';

const SAMPLES = 12;
const LINK = /sign-in#token=([\w-]+)/g;

let folder: Awaited<ReturnType<typeof scratchFolder>>;
let product: Product | undefined;
beforeEach(async () => {
  folder = await scratchFolder();
});
afterEach(async () => {
  await product?.kill('SIGKILL');
  await folder.remove();
});

const start = () => Product.start({ dataDir: folder.path, environment: { SAMPLES: 'true' } });
const linksOf = ({ output }: Product) => [...output.matchAll(LINK)].map(([, token]) => token ?? '');

async function signIn({ baseUrl }: Product, token: string): Promise<Api | number> {
  const response = await fetch(`${baseUrl}/api/v1/auth/sign-in-link?transport=body`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token }),
  });
  const body = (await response.json()) as { accessToken?: string };
  return body.accessToken === undefined ? response.status : new Api(baseUrl, body.accessToken);
}

async function welcomed(running: Product): Promise<string> {
  const [token = ''] = await eventually(
    async () => linksOf(running),
    (links) => links.length > 0,
  );
  return token;
}

test('a first start that is killed is made up for: another link, and every sample once', async () => {
  product = await start();
  const lost = await welcomed(product);
  await product.kill('SIGKILL');

  product = await start();
  const token = await welcomed(product);
  expect(token).not.toBe(lost);
  expect(await signIn(product, lost)).toBe(410);
  const admin = await signIn(product, token);
  if (!(admin instanceof Api)) throw new Error(`the link answered ${admin}`);
  const sources = await eventually(
    () => admin.sources(),
    (all) => all.length >= SAMPLES && all.every(({ stage }) => stage === 'ready'),
    60_000,
  );
  expect(new Set(sources.map(({ sha256 }) => sha256)).size).toBe(SAMPLES);
  expect(sources).toHaveLength(SAMPLES);

  // Whoever is signed in needs no link, and what they delete stays away.
  await admin.call('DELETE', `/library/sources/${sources[0]?.id}`);
  await product.terminate(30_000);
  product = await start();
  expect(await admin.at(product.baseUrl).sources()).toHaveLength(SAMPLES - 1);
  expect(linksOf(product)).toEqual([]);
}, 180_000);
