import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createWorld, type World } from '../testing/world.ts';

const built = existsSync(new URL('../../web/dist/index.html', import.meta.url));

describe.skipIf(!built)('the console, where it is built', () => {
  let world: World;
  beforeAll(async () => {
    world = await createWorld({ work: false });
  });
  afterAll(() => world.close());

  const page = async (path: string) => {
    const response = await fetch(`${world.url}/${path}`);
    return {
      policy: response.headers.get('content-security-policy') ?? '',
      html: await response.text(),
    };
  };

  test.each(['', 'sign-in', 'library?q=x'])(
    'gives “/%s” a nonce of its own each time, and no style without',
    async (path) => {
      const [first, second] = [await page(path), await page(path)];
      for (const { policy, html } of [first, second]) {
        const nonce = /'nonce-([A-Za-z0-9+/=]{24})'/.exec(policy)?.[1] ?? 'none';
        expect(html).toContain(`<meta property="csp-nonce" nonce="${nonce}">`);
        expect(html).not.toContain('nonce-of-this-answer');
        expect(policy).not.toContain('unsafe-inline');
      }
      expect(first.policy).not.toBe(second.policy);
    },
  );

  test('does not give its page away without one', async () => {
    const { status } = await fetch(`${world.url}/index.html`);
    expect(status).toBe(404);
  });

  test('does not show what an address says', async () => {
    const { html } = await page('%3Cscript%3Ealert(1)%3C/script%3E?q=<script>alert(1)</script>');
    expect(html).not.toContain('alert');
  });
});
