import { readFile } from 'node:fs/promises';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { barriers } from './support/barriers.ts';
import { openTab, startBrowser } from './support/browser.ts';
import { makeOperator, newPerson, type Person } from './support/people.ts';
import { type RunningServer, startServer } from './support/server.ts';

let server: RunningServer;
let browser: Browser;
let operator: Person;
let other: Person;

beforeAll(async () => {
  [server, browser] = await Promise.all([startServer(), startBrowser()]);
  operator = await newPerson(browser, server, 'Olga');
  other = await newPerson(browser, server, 'Pim');
  await makeOperator(server, operator);
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

const statusOf = (person: Person) =>
  person.tab.page.request.get('/api/v1/auth/me').then((answer) => answer.status());

describe('operators', () => {
  test('see how the instance is doing', async () => {
    const { page, complaints } = operator.tab;
    await page.goto('/');
    await page.getByRole('link', { name: 'Operator' }).first().click();
    await page.getByRole('region', { name: 'Accounts' }).getByText('Open sessions').waitFor();
    expect(complaints).toEqual([]);
  });

  test('find an account, make a sign-in link for it, disable it and enable it again', async () => {
    const { page, complaints } = operator.tab;
    await page.goto('/operator/users');
    await page.getByLabel('Find an account').fill('pim.');
    await expect.poll(() => page.locator('[data-user]').count()).toBe(1);
    await page.getByRole('button', { name: 'Pim', exact: true }).click();
    await page.getByRole('button', { name: 'Make a sign-in link' }).click();
    const link = await page.getByRole('textbox', { name: 'Sign-in link' }).inputValue();
    expect(link.startsWith(`${server.url}/sign-in#token=`)).toBe(true);
    const guest = await openTab(browser, server);
    guest.expect(401);
    await guest.page.goto(link);
    await guest.page.getByRole('button', { name: 'Account of Pim' }).waitFor();
    await guest.close();
    await page.getByRole('dialog', { name: 'The sign-in link is made' }).getByLabel('Close').click();

    await page.getByRole('button', { name: 'Disable…' }).click();
    await page.getByRole('button', { name: 'Disable', exact: true }).click();
    await page.getByRole('button', { name: 'Enable again' }).waitFor();
    expect(await statusOf(other)).toBe(401);
    await page.getByRole('button', { name: 'Enable again' }).click();
    await page.getByRole('button', { name: 'Disable…' }).waitFor();
    expect(complaints).toEqual([]);
  });

  test('cannot shut themselves out', async () => {
    const { page } = operator.tab;
    await page.goto('/operator/users?state=operator');
    await page.getByRole('button', { name: 'Olga (you)' }).click();
    await page.getByText('This is your own account').waitFor();
    expect(await page.getByRole('button', { name: /Disable|Delete/ }).count()).toBe(0);
  });

  test('suspend an organization with a reason, and open it again', async () => {
    const { page, complaints } = operator.tab;
    await page.goto('/operator/organizations?q=Pim');
    await page.getByRole('button', { name: 'Pim’s office' }).click();
    await page.getByLabel('Reason').fill('The bill is open.');
    await page.getByRole('button', { name: 'Suspend the organization' }).click();
    await page.getByRole('dialog').getByText('The bill is open.').waitFor();
    await page.getByRole('button', { name: 'Open it again' }).click();
    await page.getByRole('button', { name: 'Suspend the organization' }).waitFor();
    expect(complaints).toEqual([]);
  });

  test('add an identity provider from a preset, are told what is missing, and delete it', async () => {
    const { page, complaints } = operator.tab;
    await page.goto('/operator/identity-providers');
    await page.getByRole('button', { name: 'Add a provider' }).first().click();
    await page.getByLabel('Which provider').selectOption('keycloak');
    expect(await page.getByLabel('Role claim').inputValue()).toBe('realm_access roles');
    await page.getByRole('button', { name: 'Add the provider' }).click();
    await page.getByText('The address of the issuer begins with https://').waitFor();
    await page.getByLabel('Issuer').fill('https://keycloak.example.org/realms/acme');
    await page.getByLabel('Client id').fill('scriptorium');
    await page.getByRole('button', { name: 'Add an organization' }).click();
    const organization = page.getByRole('combobox', { name: 'Organization', exact: true });
    await organization.fill('nobody is called this');
    await page.getByText('No organization begins like this').waitFor();
    await organization.fill('pim');
    const options = page.getByRole('listbox').getByRole('option');
    await expect.poll(() => options.count()).toBe(1);
    expect(await barriers(page)).toEqual([]);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await expect.poll(() => organization.inputValue()).toBe('Pim’s office');
    await page.getByRole('button', { name: 'Add a role' }).click();
    await page.getByLabel('Value there').fill('editor');
    await page.getByLabel('Role here').selectOption('power');
    await page.getByRole('button', { name: 'Add the provider' }).click();
    const redirect = page.getByRole('textbox', { name: /^Redirect address/ });
    expect(await redirect.inputValue()).toMatch(/\/api\/v1\/auth\/oidc\/keycloak\/callback$/);
    expect(await page.getByLabel('Role here').inputValue()).toBe('power');
    // The name of what is chosen comes from its id.
    await expect.poll(() => organization.inputValue()).toBe('Pim’s office');
    await page.getByRole('button', { name: 'Delete…' }).click();
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByRole('heading', { name: 'People sign in with passwords only' }).waitFor();
    expect(complaints).toEqual([]);
  });

  test('read held mail, and copy its link', async () => {
    await operator.post('/invitations', { role: 'regular', email: 'emil@example.org' });
    const { page, complaints } = operator.tab;
    await page.goto('/operator/mail?state=held');
    await page.getByRole('button', { name: /^Read the message to emil@example.org/ }).click();
    const link = page.getByRole('dialog').getByRole('textbox', { name: 'Link' });
    expect(await link.inputValue()).toMatch(/\/invitation#token=\S{20,}$/);
    expect(complaints).toEqual([]);
  });

  test('switch a part of the product off, and back', async () => {
    const { page, complaints } = operator.tab;
    await page.goto('/operator/switches');
    const registration = page.getByLabel('Making accounts: on or off');
    await registration.selectOption('off');
    const open = async () => (await (await fetch(`${server.url}/api/v1/instance`)).json()).registration;
    await expect.poll(open).toBe(false);
    await registration.selectOption('none');
    await expect.poll(open).toBe(true);
    expect(complaints).toEqual([]);
  });

  test('close the instance for changes, and open it again', async () => {
    const { page } = operator.tab;
    await page.goto('/operator/switches');
    await page.getByLabel('What people are told').fill('Back at noon.');
    await page.getByRole('button', { name: 'Close the instance…' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Close it' }).click();
    await page.getByRole('button', { name: 'Open the instance again' }).waitFor();
    const maintenance = async () => (await (await fetch(`${server.url}/api/v1/instance`)).json()).maintenance;
    expect(await maintenance()).toMatchObject({ mode: 'writes', message: 'Back at noon.' });
    await page.getByRole('button', { name: 'Open the instance again' }).click();
    await page.getByRole('button', { name: 'Close the instance…' }).waitFor();
    expect(await maintenance()).toBeNull();
  });

  test('read what operators did', async () => {
    const { page, complaints } = operator.tab;
    await page.goto('/operator/audit');
    await page.locator('[data-event="feature.changed"]').first().waitFor();
    await page
      .locator('[data-event="feature.changed"]')
      .first()
      .getByText(/by Olga/)
      .waitFor();
    // What happened to accounts stands there too, and in no organization's trail.
    await page.locator('[data-event="user.created"]').first().waitFor();
    await page.getByRole('button', { name: 'Verify' }).click();
    await page.getByRole('status').getByText('The trail is whole').waitFor();
    await page.getByRole('button', { name: 'Export' }).click();
    const download = page.waitForEvent('download');
    await page.getByRole('menuitem', { name: 'JSON lines' }).click();
    const path = await (await download).path();
    expect(await readFile(path, 'utf8')).toContain('"action":"feature.changed"');
    expect(await barriers(page)).toEqual([]);
    expect(complaints).toEqual([]);
  });

  test('make the next signing key, and are asked twice before all sessions end', async () => {
    const { page, complaints } = operator.tab;
    await page.goto('/operator/signing-keys');
    await page.locator('[data-key="signing"]').waitFor();
    await page.getByRole('button', { name: 'Make the next key' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Make it' }).click();
    await page.locator('[data-key="next"]').waitFor();
    await page.getByRole('button', { name: 'End all sessions…' }).click();
    const act = page.getByRole('dialog').getByRole('button', { name: 'End all sessions' });
    expect(await act.isDisabled()).toBe(true);
    await page.getByRole('dialog').getByRole('textbox').fill('end all sessions');
    expect(await act.isEnabled()).toBe(true);
    expect(complaints).toEqual([]);
  });
});
