import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { codeOf } from './support/authenticator.ts';
import { barriers } from './support/barriers.ts';
import { NARROW, openTab, startBrowser } from './support/browser.ts';
import { join, newPerson, PASSWORD, type Person } from './support/people.ts';
import { type RunningServer, startServer } from './support/server.ts';

let server: RunningServer;
let browser: Browser;
let ada: Person;

beforeAll(async () => {
  [server, browser] = await Promise.all([startServer(), startBrowser()]);
  ada = await newPerson(browser, server, 'Ada');
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

describe('name, address and password', () => {
  test('a name is changed, and an address asks for the password', async () => {
    const { page, complaints, expect: allow } = ada.tab;
    allow(422);
    await page.goto('/profile');
    await page.getByLabel('Your name').fill('Ada Lovelace');
    await page.getByRole('button', { name: 'Save the name' }).click();
    await page.getByRole('button', { name: 'Account of Ada Lovelace' }).waitFor();

    await page.getByLabel('New address').fill(`countess.${Date.now()}@example.org`);
    await page.getByRole('button', { name: 'Change the address' }).click();
    await page.getByText('This is not your present password.').first().waitFor();
    await page.getByRole('textbox', { name: 'Your password' }).fill(PASSWORD);
    await page.getByRole('button', { name: 'Change the address' }).click();
    await page.getByText('A link is on its way to the new address').waitFor();
    expect(complaints).toEqual([]);
  });

  test('a wrong password is said beside its field, a new one ends other sign-ins', async () => {
    const person = await newPerson(browser, server, 'Noor');
    const { page, complaints, expect: allow } = person.tab;
    allow(422);
    const other = await openTab(browser, server);
    other.expect(401);
    await other.page.goto('/sign-in');
    await other.page.getByLabel('E-mail address').fill(person.email);
    await other.page.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await other.page.getByRole('button', { name: 'Sign in' }).click();
    await other.page.getByRole('heading', { name: /^Welcome/ }).waitFor();

    await page.goto('/profile/sessions');
    await page.locator('[data-session="other"]').waitFor();
    await page.goto('/profile/ways-in');
    const present = page.getByRole('textbox', { name: 'Present password' });
    await present.fill('not the password');
    await page.getByRole('textbox', { name: 'New password' }).fill('another good phrase 77');
    await page.getByRole('button', { name: 'Set the password' }).click();
    // Above the form, and beside the field.
    await page.getByText('This is not your present password.').nth(1).waitFor();
    await present.fill(PASSWORD);
    await page.getByRole('button', { name: 'Set the password' }).click();
    await page.getByText('Your password is set').waitFor();
    await page.getByRole('link', { name: 'Devices' }).click();
    await page.locator('[data-session="current"]').waitFor();
    await page.locator('[data-session="other"]').waitFor({ state: 'detached' });
    await page.getByRole('list', { name: 'Recent activity' }).getByText('User password changed').waitFor();
    await other.page.goto('/tasks');
    await other.page.getByRole('heading', { name: 'Sign in' }).waitFor();
    expect([...complaints, ...other.complaints]).toEqual([]);
    await Promise.all([other.close(), person.tab.close()]);
  });
});

describe('API keys', () => {
  test('one is made, shown once, and revoked after a question', async () => {
    const { page, complaints } = ada.tab;
    await page.goto('/profile/api-keys');
    await page.getByRole('heading', { name: 'You have no API keys' }).waitFor();
    await page.getByRole('button', { name: 'Make a key' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name').fill('Nightly import');
    await dialog.getByRole('button', { name: 'Make the key' }).click();
    await dialog.getByText('Choose at least one').waitFor();
    await dialog.getByLabel('Search', { exact: true }).check();
    expect(await barriers(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Make the key' }).click();
    const key = await dialog.getByRole('textbox', { name: 'API key' }).inputValue();
    const answer = await fetch(`${server.url}/api/v1/search?q=x`, {
      headers: { authorization: `Bearer ${key}` },
    });
    expect(answer.status).toBe(200);
    expect(await barriers(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'I have kept it' }).click();

    await page.getByRole('button', { name: 'Revoke Nightly import' }).click();
    await dialog.getByRole('button', { name: 'Revoke' }).click();
    await page.locator('[data-api-key="revoked"]').waitFor();
    expect(await page.content()).not.toContain(key);
    expect(complaints).toEqual([]);
  });

  test('guests are told that they have none', async () => {
    const guest = await newPerson(browser, server, 'Gus');
    await join(ada, guest, 'guest');
    const { page } = guest.tab;
    // The library is none of theirs, and the console asks for it.
    guest.tab.expect(403);
    await page.goto('/profile/api-keys');
    await page.getByRole('heading', { name: 'This page is not for your role' }).waitFor();
    expect(await page.getByRole('link', { name: 'API keys' }).count()).toBe(0);
    await guest.tab.close();
  });
});

describe('the second factor', () => {
  test('is set up, asked for, replaced by a recovery code, and switched off', async () => {
    const person = await newPerson(browser, server, 'Tove');
    const { page, complaints, expect: allow } = person.tab;
    for (const status of [401, 422]) allow(status);
    await page.goto('/profile/second-factor');
    await page.getByRole('button', { name: 'Begin' }).click();
    const secret = await page.getByRole('textbox', { name: 'Secret' }).inputValue();
    const picture = page.getByRole('img', { name: 'The code for your authenticator' });
    await expect
      .poll(() => picture.evaluate((image) => image instanceof HTMLImageElement && image.naturalWidth > 0))
      .toBe(true);
    expect(await barriers(page)).toEqual([]);
    await page.getByLabel('Code', { exact: true }).fill(codeOf(secret));
    await page.getByRole('button', { name: 'Switch it on' }).click();
    const codes = page.getByRole('list', { name: 'Recovery codes' }).getByRole('listitem');
    await codes.first().waitFor();
    const [first = '', second = ''] = await codes.allTextContents();
    expect(await codes.count()).toBe(10);
    expect(await barriers(page)).toEqual([]);
    await page.getByRole('button', { name: 'I have kept them' }).click();
    await page.getByText('10 recovery codes left').waitFor();

    await page.getByRole('button', { name: 'Account of Tove' }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByLabel('E-mail address').fill(person.email);
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByLabel('Code', { exact: true }).fill('000000');
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.getByText('This code is not right').waitFor();
    expect(await barriers(page)).toEqual([]);
    await page.getByRole('button', { name: 'Use a recovery code' }).click();
    await page.getByLabel('Recovery code', { exact: true }).fill(first);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.getByRole('heading', { name: /^Welcome/ }).waitFor();

    await page.goto('/profile/second-factor');
    await page.getByText('9 recovery codes left').waitFor();
    await page.getByRole('button', { name: 'Switch off…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('textbox', { name: 'Your password' }).fill('not the password');
    await dialog.getByLabel('Code', { exact: true }).fill(second);
    await dialog.getByRole('button', { name: 'Switch it off' }).click();
    await dialog.getByText('This is not your present password.').first().waitFor();
    await dialog.getByRole('textbox', { name: 'Your password' }).fill(PASSWORD);
    await dialog.getByRole('button', { name: 'Switch it off' }).click();
    await page.getByRole('button', { name: 'Begin' }).waitFor();
    expect(complaints).toEqual([]);
    await person.tab.close();
  });

  test('leads to its page from anywhere where the organization asks for it', async () => {
    const host = await newPerson(browser, server, 'Hedda');
    const person = await newPerson(browser, server, 'Ivo');
    await join(host, person, 'regular');
    await host.tab.page.goto('/profile/second-factor');
    await host.tab.page.getByRole('button', { name: 'Begin' }).click();
    const secret = await host.tab.page.getByRole('textbox', { name: 'Secret' }).inputValue();
    await host.post('/auth/second-factor/confirm', { code: codeOf(secret) });
    const { page } = person.tab;
    person.tab.expect(403);
    await page.goto('/library');
    await page.getByRole('heading', { name: 'Library' }).waitFor();
    await host.tab.page.goto('/organization/access');
    await host.tab.page.getByRole('switch', { name: 'Everybody needs a second factor' }).click();
    await host.tab.page.getByRole('button', { name: 'Require it' }).click();
    await host.tab.page.getByRole('dialog').waitFor({ state: 'detached' });

    await page.reload();
    await page.getByText('It is needed here').waitFor();
    expect(new URL(page.url()).pathname).toBe('/profile/second-factor');
    await Promise.all([host.tab.close(), person.tab.close()]);
  });
});

describe('organizations', () => {
  test('another one is chosen by mouse and by keyboard, and other tabs follow', async () => {
    const host = await newPerson(browser, server, 'Kai');
    const person = await newPerson(browser, server, 'Lea');
    await join(host, person, 'regular');
    const { page, complaints } = person.tab;
    await page.goto('/');
    const account = page.getByRole('button', { name: 'Account of Lea' });
    await account.getByText('Kai’s office').waitFor();
    const other = await page.context().newPage();
    await other.goto('/tasks');
    const accountThere = other.getByRole('button', { name: 'Account of Lea' });
    await accountThere.waitFor();
    await account.click();
    await page.getByRole('menuitem', { name: 'Lea’s office' }).waitFor();
    expect(await barriers(page)).toEqual([]);
    await page.getByRole('menuitem', { name: 'Lea’s office' }).click();
    await account.getByText('Lea’s office').waitFor();
    await accountThere.getByText('Lea’s office').waitFor();

    await page.keyboard.press('Control+k');
    await page.getByLabel('Go to a page or a document').fill('kai');
    await page.getByText('Work in Kai’s office').waitFor();
    await page.keyboard.press('Enter');
    await account.getByText('Kai’s office').waitFor();
    expect(complaints).toEqual([]);

    await page.goto('/profile');
    await page.getByRole('button', { name: 'Leave…' }).click();
    await page.getByRole('button', { name: 'Leave', exact: true }).click();
    person.tab.expect(401);
    await account.getByText('Lea’s office').waitFor();
    await account.click();
    expect(await page.getByRole('menuitem', { name: 'Kai’s office' }).count()).toBe(0);
    await Promise.all([host.tab.close(), person.tab.close()]);
  });

  test('deleting an account asks for its password, and is refused while an organization would have no admin', async () => {
    const person = await newPerson(browser, server, 'Otto');
    const { page, complaints, expect: allow } = person.tab;
    for (const status of [409, 422]) allow(status);
    await page.goto('/profile');
    await page.getByRole('button', { name: 'Delete…' }).click();
    const dialog = page.getByRole('dialog');
    const password = dialog.getByRole('textbox', { name: 'Your password' });
    await password.fill('not the password');
    await dialog.getByRole('button', { name: 'Delete my account' }).click();
    await dialog.getByText('This is not your present password.').waitFor();
    await password.fill(PASSWORD);
    await dialog.getByRole('button', { name: 'Delete my account' }).click();
    await dialog.getByRole('alert').filter({ hasText: 'admin' }).waitFor();
    expect(complaints).toEqual([]);
    await person.tab.close();
  });
});

const PAGES = [
  '/profile',
  '/profile/ways-in',
  '/profile/second-factor',
  '/profile/sessions',
  '/profile/api-keys',
];

describe.each([
  ['light', undefined],
  ['dark', undefined],
  ['light', NARROW],
] as const)('in %s at %o', (colorScheme, viewport) => {
  test.each(PAGES)('%s has no barrier', async (path) => {
    const tab = await openTab(browser, server, {
      storageState: await ada.tab.page.context().storageState(),
      colorScheme,
      ...(viewport === undefined ? {} : { viewport }),
    });
    await tab.page.goto(path);
    await tab.page.getByRole('heading', { level: 1 }).waitFor();
    await tab.page.getByRole('status', { name: 'Loading' }).waitFor({ state: 'detached' });
    expect(await barriers(tab.page)).toEqual([]);
    expect(tab.complaints).toEqual([]);
    await tab.close();
  });
});
