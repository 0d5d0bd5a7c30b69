import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { barriers } from './support/barriers.ts';
import { NARROW, openTab, startBrowser, type Tab } from './support/browser.ts';
import { mailedLink } from './support/mail.ts';
import { newPerson, PASSWORD, type Person } from './support/people.ts';
import { OPERATOR_SECRET, type RunningServer, startServer } from './support/server.ts';

let server: RunningServer;
let browser: Browser;
let host: Person;

beforeAll(async () => {
  [server, browser] = await Promise.all([startServer(), startBrowser()]);
  host = await newPerson(browser, server, 'Grace');
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

/** A tab of nobody; that nobody is signed in is asked, and answered 401. */
async function stranger(): Promise<Tab> {
  const tab = await openTab(browser, server);
  tab.expect(401);
  return tab;
}

async function signIn(page: Page, email: string, password = PASSWORD) {
  await page.getByLabel('E-mail address').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

describe('a forgotten password', () => {
  test('is replaced by the link of a mail, and signs in afterwards', async () => {
    const person = await newPerson(browser, server, 'Ravi');
    const tab = await stranger();
    const { page } = tab;
    tab.expect(422);
    await page.goto('/sign-in');
    await page.getByRole('link', { name: 'Forgotten your password?' }).click();
    await page.getByRole('heading', { name: 'Set a new password' }).waitFor();
    await page.getByLabel('E-mail address').fill(person.email);
    await page.getByRole('button', { name: 'Send the link' }).click();
    await page.getByRole('status').filter({ hasText: 'If there is an account' }).waitFor();

    await page.goto(await mailedLink(server, person.email, 'reset_password'));
    const field = page.getByRole('textbox', { name: 'New password' });
    await field.fill('password1234');
    expect(page.url()).not.toContain('token');
    await page.getByRole('button', { name: 'Set the password' }).click();
    await page.getByText('one of those that are tried first').first().waitFor();
    await field.fill('violet tram mango 5511');
    await page.getByRole('button', { name: 'Set the password' }).click();
    await page.getByRole('heading', { name: 'Your password is set' }).waitFor();
    await page.getByRole('link', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await signIn(page, person.email, 'violet tram mango 5511');
    await page.getByRole('heading', { name: /^Welcome/ }).waitFor();
    expect(tab.complaints).toEqual([]);
    await Promise.all([tab.close(), person.tab.close()]);
  });

  test('an address without an account is answered the same', async () => {
    const tab = await stranger();
    await tab.page.goto('/reset-password');
    await tab.page.getByLabel('E-mail address').fill('nobody@example.org');
    await tab.page.getByRole('button', { name: 'Send the link' }).click();
    await tab.page.getByRole('status').filter({ hasText: 'If there is an account' }).waitFor();
    expect(tab.complaints).toEqual([]);
    await tab.close();
  });
});

describe('an address', () => {
  test('is confirmed only after signing in, and the link survives that', async () => {
    const person = await newPerson(browser, server, 'Olga');
    const tab = await stranger();
    const { page } = tab;
    tab.expect(410);
    const link = await mailedLink(server, person.email, 'verify_email');
    await page.goto(link);
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    expect(page.url()).not.toContain('token');
    await signIn(page, person.email);
    await page.getByRole('heading', { name: 'Your address is confirmed' }).waitFor();

    await page.goto('/profile');
    await page.goto(link);
    await page.getByRole('heading', { name: 'Not confirmed' }).waitFor();
    await page.getByRole('link', { name: 'To your profile' }).click();
    await page.getByRole('heading', { name: 'E-mail address' }).waitFor();
    expect(await page.getByText('Not confirmed yet').count()).toBe(0);
    expect(tab.complaints).toEqual([]);
    await Promise.all([tab.close(), person.tab.close()]);
  });
});

describe('an invitation', () => {
  test('by mail makes an account for who has none, once', async () => {
    const email = `nils.${Date.now()}@example.org`;
    await host.post('/invitations', { email, role: 'power', message: 'We have gauges to read.' });
    const link = await mailedLink(server, email, 'invitation');
    const tab = await stranger();
    const { page } = tab;
    tab.expect(422);
    tab.expect(410);
    await page.goto(link);
    await page.getByText('We have gauges to read.').waitFor();
    await page.getByRole('button', { name: /^Join/ }).click();
    await page.getByLabel('Your name').fill('Nils');
    await page.getByLabel('Password', { exact: true }).fill('short');
    await page.getByRole('button', { name: 'Make the account and join' }).click();
    await page.getByText('Use at least 10 characters').waitFor();
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await page.getByRole('button', { name: 'Make the account and join' }).click();
    await page.getByRole('button', { name: 'Account of Nils' }).getByText('Grace’s office').waitFor();

    await page.goto(link);
    await page.getByRole('heading', { name: 'This invitation does not work' }).waitFor();
    expect(tab.complaints).toEqual([]);
    await tab.close();
  });

  test('by link asks strangers for an address, and lets in who signs in first', async () => {
    const { link } = await host.post('/invitations', { role: 'regular' });
    const person = await newPerson(browser, server, 'Cara');
    const tab = await stranger();
    const { page } = tab;
    await page.goto(`/invitation${new URL(String(link)).hash}`);
    await page.getByLabel('E-mail address').fill(`dora.${Date.now()}@example.org`);
    await page.getByRole('button', { name: 'Send me a link' }).click();
    await page.getByRole('status').filter({ hasText: 'Look into your mail' }).waitFor();

    await page.getByRole('link', { name: 'Sign in first' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await signIn(page, person.email);
    await page.getByRole('button', { name: 'Join as Cara' }).click();
    await page.getByRole('button', { name: 'Account of Cara' }).getByText('Grace’s office').waitFor();
    expect(tab.complaints).toEqual([]);
    await Promise.all([tab.close(), person.tab.close()]);
  });

  test('for another address is refused to who is signed in, with a way out', async () => {
    const email = `emil.${Date.now()}@example.org`;
    await host.post('/invitations', { email, role: 'regular' });
    const person = await newPerson(browser, server, 'Finn');
    const { page, expect: allow } = person.tab;
    allow(403);
    allow(401);
    await page.goto(await mailedLink(server, email, 'invitation'));
    await page.getByRole('button', { name: 'Join as Finn' }).click();
    await page.getByText('for another e-mail address').waitFor();
    await page.getByRole('button', { name: 'Sign in as somebody else' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    expect(new URL(page.url()).searchParams.get('next')).toBe('/invitation');
    expect(person.tab.complaints).toEqual([]);
    await person.tab.close();
  });
});

describe('where an identity provider sent the browser back', () => {
  test('its code becomes a sentence, and nothing of the address is shown', async () => {
    const tab = await stranger();
    const { page } = tab;
    tab.expect(404);
    await page.goto('/sign-in?error=federation.account_exists');
    await page.getByRole('alert').filter({ hasText: 'connect the identity provider' }).waitFor();
    await page.goto('/sign-in?error=Call+this+number');
    await page.getByRole('alert').filter({ hasText: 'did not succeed' }).waitFor();
    expect(await page.getByText('Call this number').count()).toBe(0);
    expect(tab.complaints).toEqual([]);
    await tab.close();
  });
});

describe('a second factor after an identity provider', () => {
  test('is asked for by what came behind #, which leaves the address; a challenge that ended leads back', async () => {
    const tab = await stranger();
    const { page } = tab;
    await page.goto('/sign-in?next=%2Ftasks#challenge=not-the-challenge-of-anybody');
    await page.getByRole('heading', { name: 'One more step' }).waitFor();
    expect(page.url()).not.toContain('challenge');
    expect(await barriers(page)).toEqual([]);
    await page.getByLabel('Code', { exact: true }).fill('123456');
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await page.getByRole('alert').filter({ hasText: 'Start again' }).waitFor();
    expect(tab.complaints).toEqual([]);
    await tab.close();
  });
});

describe('maintenance', () => {
  const URL_OF = '/api/v1/operator/maintenance';
  const operate = (method: string, body?: unknown) =>
    fetch(`${server.url}${URL_OF}`, {
      method,
      headers: { 'x-admin-secret': OPERATOR_SECRET, ...(body ? { 'content-type': 'application/json' } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });

  test('is told before and after signing in, and in place of everything', async () => {
    const { page, expect: allow } = host.tab;
    allow(503);
    const tab = await stranger();
    try {
      await operate('PUT', { mode: 'writes', message: 'We move to a larger disk.' });
      await tab.page.goto('/sign-in');
      await tab.page.getByText('We move to a larger disk.').waitFor();
      expect(await barriers(tab.page)).toEqual([]);
      await page.goto('/profile');
      await page.getByText('We move to a larger disk.').waitFor();
      expect(await barriers(page)).toEqual([]);
      await operate('PUT', { mode: 'everything', message: 'We move to a larger disk.' });
      await page.goto('/library');
      await page.getByRole('heading', { name: 'Operators are at work' }).waitFor();
      expect(await barriers(page)).toEqual([]);
    } finally {
      await operate('DELETE');
    }
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('heading', { name: 'Library' }).waitFor();
    await tab.close();
  });
});

describe.each([
  ['light', undefined],
  ['dark', undefined],
  ['light', NARROW],
] as const)('in %s at %o', (colorScheme, viewport) => {
  test.each([
    ['/reset-password', 'Set a new password'],
    ['/reset-password#token=not-the-token-of-any-mail', 'Set a new password'],
    ['/register#token=not-the-token-of-any-mail', 'Finish your registration'],
    ['/invitation#token=not-the-token-of-any-mail', 'This invitation does not work'],
    ['/sign-in?error=federation.no_access', 'Sign in'],
  ])('%s has no barrier', async (path, heading) => {
    const tab = await openTab(browser, server, {
      colorScheme,
      ...(viewport === undefined ? {} : { viewport }),
    });
    for (const status of [401, 410]) tab.expect(status);
    await tab.page.goto(path);
    await tab.page.getByRole('heading', { name: heading }).waitFor();
    expect(await barriers(tab.page)).toEqual([]);
    expect(tab.complaints).toEqual([]);
    await tab.close();
  });
});
