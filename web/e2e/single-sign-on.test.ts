import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { barriers } from './support/barriers.ts';
import { startBrowser } from './support/browser.ts';
import {
  agree,
  freePort,
  type IdentityProvider,
  startIdentityProvider,
} from './support/identity-provider.ts';
import { join, newPerson, PASSWORD, type Person } from './support/people.ts';
import { OPERATOR_SECRET, type RunningServer, startServer } from './support/server.ts';

// A real provider (`oidc-provider`), and what people do with it in the browser.

let provider: IdentityProvider;
let server: RunningServer;
let browser: Browser;
let ada: Person;
let bo: Person;

beforeAll(async () => {
  // Both name each other by address, so the ports are known before either is there.
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  provider = await startIdentityProvider(`${url}/api/v1/auth/oidc/acme/callback`);
  [server, browser] = await Promise.all([
    startServer({ PORT: String(port), OUTBOUND_ALLOW: provider.place }),
    startBrowser(),
  ]);
  ada = await newPerson(browser, server, 'Ada');
  // The provider has no icon.
  ada.tab.expect(404);
  bo = await newPerson(browser, server, 'Bo');
  await join(ada, bo, 'regular');
  provider.people.set('ada', { email: ada.email, email_verified: true, name: 'Ada' });
  await addProvider({
    slug: 'acme',
    label: 'Acme',
    issuer: provider.issuer,
    clientId: provider.clientId,
    clientSecret: provider.clientSecret,
    organizations: [{ organizationId: ada.organizationId, claimValue: null }],
    linkVerifiedEmail: false,
  });
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
  await provider?.close();
});

async function addProvider(body: object): Promise<void> {
  const answer = await fetch(`${server.url}/api/v1/operator/identity-providers`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-admin-secret': OPERATOR_SECRET },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`the provider was refused: ${answer.status} ${await answer.text()}`);
}

/** What the browser complained about, without what the provider's own pages name and this machine does not have. */
const complaintsOf = ({ tab }: Person) =>
  tab.complaints.filter((complaint) => !complaint.includes('ERR_NAME_NOT_RESOLVED'));

describe('an identity provider', () => {
  test('is connected, disconnected after a question, and connected again', async () => {
    const { page } = ada.tab;
    await page.goto('/profile/ways-in');
    await page.getByRole('button', { name: 'Connect Acme' }).click();
    await agree(page, provider, 'ada', server.url);
    await page.getByRole('button', { name: 'Disconnect Acme' }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/profile/ways-in');
    expect(await barriers(page)).toEqual([]);
    await page.getByRole('button', { name: 'Disconnect Acme' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Keep' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Disconnect Acme' }).click();
    await dialog.getByRole('button', { name: 'Disconnect' }).click();
    await page.getByRole('button', { name: 'Connect Acme' }).click();
    // The provider remembers who it is and that they agreed: it asks nothing.
    await page.getByRole('button', { name: 'Disconnect Acme' }).waitFor();
    expect(complaintsOf(ada)).toEqual([]);
  });

  test('signs in, and another one asks for the password before it is connected', async () => {
    const { page, expect: allow } = ada.tab;
    for (const status of [401, 403, 422]) allow(status);
    await page.getByRole('button', { name: 'Account of Ada' }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByRole('link', { name: 'Sign in with Acme' }).click();
    await page.getByRole('button', { name: 'Account of Ada' }).waitFor();

    await addProvider({
      slug: 'other',
      label: 'Other',
      issuer: 'https://login.other.example',
      clientId: 'scriptorium',
      organizations: [{ organizationId: ada.organizationId, claimValue: null }],
    });
    await page.goto('/profile/ways-in');
    await page.getByRole('button', { name: 'Connect Other' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('textbox', { name: 'Your password' }).fill('not the password');
    expect(await barriers(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Connect' }).click();
    await dialog.getByText('This is not your present password.').first().waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect(complaintsOf(ada)).toEqual([]);
  });

  test('becomes the only way into the organization: passwords are out at once, and told so', async () => {
    const { page } = ada.tab;
    const other = bo.tab.page;
    for (const status of [401, 403]) bo.tab.expect(status);
    await other.goto('/library');
    await other.getByRole('heading', { name: 'Library' }).waitFor();

    await page.goto('/organization/access');
    const only = page.getByRole('switch', { name: 'Only through these providers' });
    await only.click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Keep' }).click();
    await dialog.waitFor({ state: 'detached' });
    expect(await only.isChecked()).toBe(false);
    await only.click();
    await dialog.getByRole('button', { name: 'Close the other ways' }).click();
    await dialog.waitFor({ state: 'detached' });
    await expect.poll(() => only.isChecked()).toBe(true);
    expect(await barriers(page)).toEqual([]);

    // Ada goes on; whoever signed in with a password does not, and gets in elsewhere only.
    await page.goto('/library');
    await page.getByRole('heading', { name: 'Library' }).waitFor();
    await other.goto('/library');
    await other
      .getByText(/Acme|identity provider/)
      .first()
      .waitFor();
    await other.goto('/sign-in');
    await other.getByLabel('E-mail address').fill(bo.email);
    await other.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await other.getByRole('button', { name: 'Sign in', exact: true }).click();
    await other.getByRole('button', { name: 'Account of Bo' }).getByText('Bo’s office').waitFor();

    await page.goto('/organization/access');
    await only.click();
    await expect.poll(() => only.isChecked()).toBe(false);
    expect(complaintsOf(ada)).toEqual([]);
  });
});
