import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { barriers } from './support/barriers.ts';
import { openTab, startBrowser, type Tab } from './support/browser.ts';
import { mailedLink } from './support/mail.ts';
import { PASSWORD } from './support/people.ts';
import { type RunningServer, startServer } from './support/server.ts';

let server: RunningServer;
let browser: Browser;
/** The first administrator, by the link that the server prints. */
let admin: Tab;

beforeAll(async () => {
  [server, browser] = await Promise.all([startServer({ REGISTRATION: 'verified' }), startBrowser()]);
  admin = await openTab(browser, server);
  admin.expect(401);
  admin.page.setDefaultTimeout(60_000);
  await admin.page.goto(server.signInLink);
  await account(admin.page, 'Demo admin').waitFor();
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

const account = (page: Page, name: string) => page.getByRole('button', { name: `Account of ${name}` });

async function stranger(): Promise<Tab> {
  const tab = await openTab(browser, server);
  tab.expect(401);
  return tab;
}

async function signIn(page: Page, email: string) {
  await page.getByLabel('E-mail address').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

/** Registers in the browser, by the mail that says how it goes on. */
async function registerByMail(tab: Tab, name: string): Promise<string> {
  const { page } = tab;
  const email = `${name.toLowerCase()}.${Date.now()}@example.org`;
  await page.goto('/register');
  await page.getByLabel('Your name').fill(name);
  await page.getByLabel('Organization').fill(`${name}’s office`);
  await page.getByLabel('E-mail address').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Make the account' }).click();
  await page.getByRole('status').filter({ hasText: 'Look into your mail' }).waitFor();
  await page.goto(await mailedLink(server, email, 'confirm_registration'));
  await page.getByRole('heading', { name: 'Finish your registration' }).waitFor();
  return email;
}

/** Lets somebody new in by mail; they belong to nothing else. */
async function invite(name: string, role: string): Promise<{ tab: Tab; email: string }> {
  const email = `${name.toLowerCase()}.${Date.now()}@example.org`;
  await sendInvitation(email, role);
  const tab = await stranger();
  tab.expect(422);
  await tab.page.goto(await mailedLink(server, email, 'invitation'));
  await tab.page.getByRole('button', { name: /^Join/ }).click();
  await tab.page.getByLabel('Your name').fill(name);
  await tab.page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await tab.page.getByRole('button', { name: 'Make the account and join' }).click();
  await account(tab.page, name).waitFor();
  return { tab, email };
}

async function sendInvitation(email: string, role: string) {
  const { page } = admin;
  await page.goto('/organization/members');
  await page.getByRole('button', { name: 'Invite', exact: true }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('E-mail address').fill(email);
  await dialog.getByLabel('Role').selectOption(role);
  await dialog.getByRole('button', { name: 'Send the invitation' }).click();
  await dialog.waitFor({ state: 'detached' });
}

describe('a registration by mail', () => {
  test('is finished by the link and the password that was chosen, once', async () => {
    const tab = await stranger();
    tab.expect(410);
    tab.expect(422);
    const { page } = tab;
    const email = await registerByMail(tab, 'Tilda');
    expect(page.url()).not.toContain('token');
    expect(await barriers(page)).toEqual([]);
    await page.getByLabel('Password', { exact: true }).fill('not what was chosen');
    await page.getByRole('button', { name: 'Finish' }).click();
    await page.getByRole('alert').waitFor();
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await page.getByRole('button', { name: 'Finish' }).click();
    await account(page, 'Tilda').getByText('Tilda’s office').waitFor();
    await page.goto('/profile');
    await page.getByText(email).first().waitFor();
    expect(await page.getByText('Not confirmed yet').count()).toBe(0);
    expect(tab.complaints).toEqual([]);
    await tab.close();
  });
});

describe('an invitation by mail', () => {
  test('lets an account that is there already into another organization', async () => {
    const tab = await stranger();
    const { page } = tab;
    const email = await registerByMail(tab, 'Viggo');
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await page.getByRole('button', { name: 'Finish' }).click();
    await account(page, 'Viggo').click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();

    await sendInvitation(email, 'power');
    await page.goto(await mailedLink(server, email, 'invitation'));
    await page.getByRole('button', { name: 'Join Demo organization' }).click();
    await page.getByText('Your account belongs to Demo organization now').waitFor();
    expect(await barriers(page)).toEqual([]);
    await page.getByRole('link', { name: 'Sign in' }).click();
    await signIn(page, email);
    await account(page, 'Viggo').click();
    await page.getByRole('menuitem', { name: 'Demo organization' }).click();
    await account(page, 'Viggo').getByText('Demo organization').waitFor();
    await page.goto('/library');
    await page.getByRole('button', { name: 'Add files' }).first().waitFor();
    expect(tab.complaints).toEqual([]);
    await tab.close();
  });
});

describe('somebody who is removed', () => {
  test('is out while their page is open, and told why by the next thing that they do', async () => {
    const { tab, email } = await invite('Sigrid', 'power');
    const { page } = tab;
    await page.goto('/library');
    await page.getByRole('button', { name: 'Add files' }).first().waitFor();

    await admin.page.goto('/organization/members');
    await admin.page.getByRole('button', { name: 'Remove Sigrid' }).click();
    await admin.page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
    await admin.page.getByRole('button', { name: 'Remove Sigrid' }).waitFor({ state: 'detached' });

    for (const status of [401, 403, 404]) tab.expect(status);
    await page.getByRole('link', { name: 'Tasks' }).first().click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await signIn(page, email);
    await page.getByRole('alert').waitFor();
    expect(await account(page, 'Sigrid').count()).toBe(0);
    expect(tab.complaints).toEqual([]);
    await tab.close();
  });
});

describe('an account', () => {
  test('is deleted with its password, and signs nobody in any more', async () => {
    const { tab, email } = await invite('Ragna', 'regular');
    const { page } = tab;
    await page.goto('/profile');
    await page.getByRole('button', { name: 'Delete…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('textbox', { name: 'Your password' }).fill(PASSWORD);
    expect(await barriers(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Delete my account' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await signIn(page, email);
    await page.getByRole('alert').waitFor();
    await page.goto('/library');
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    expect(tab.complaints).toEqual([]);
    await tab.close();
  });
});

describe('another organization', () => {
  test('is made from the switcher, and is where one goes on', async () => {
    const { page, complaints } = admin;
    await page.goto('/');
    await account(page, 'Demo admin').click();
    await page.getByRole('menuitem', { name: 'New organization…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Make the organization' }).click();
    await dialog.getByText('Give it a name').waitFor();
    await dialog.getByLabel('Name').fill('  Gauge Society  ');
    expect(await barriers(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Make the organization' }).click();
    await account(page, 'Demo admin').getByText('Gauge Society').waitFor();
    await page.getByRole('heading', { name: 'Welcome. Begin with a document.' }).waitFor();
    await account(page, 'Demo admin').click();
    await page.getByRole('menuitem', { name: 'Demo organization' }).click();
    await page.getByRole('heading', { name: 'What would you like to know?' }).waitFor();
    expect(complaints).toEqual([]);
  });
});
