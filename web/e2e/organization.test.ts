import { readFile } from 'node:fs/promises';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startBrowser } from './support/browser.ts';
import { join, newPerson, type Person } from './support/people.ts';
import { type RunningServer, startServer } from './support/server.ts';

let server: RunningServer;
let browser: Browser;
let admin: Person;
let member: Person;

beforeAll(async () => {
  [server, browser] = await Promise.all([startServer(), startBrowser()]);
  admin = await newPerson(browser, server, 'Ada');
  member = await newPerson(browser, server, 'Bo');
  await join(admin, member, 'power');
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

describe('people', () => {
  test('a role is changed, somebody is found, and removed after a question', async () => {
    const { page, complaints } = admin.tab;
    const leaver = await newPerson(browser, server, 'Zora');
    await join(admin, leaver, 'guest');
    await page.goto('/organization/members');
    const row = page.locator('[data-member]').filter({ hasText: 'Zora' });
    await row.getByLabel('Role of Zora').selectOption('regular');
    await page.getByLabel('Find a member by name or address').fill('ZOR');
    await expect.poll(() => page.locator('[data-member]').count()).toBe(1);
    await page.reload();
    expect(await row.getByLabel('Role of Zora').inputValue()).toBe('regular');

    await row.getByRole('button', { name: 'Remove Zora' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Keep' }).click();
    await dialog.waitFor({ state: 'detached' });
    await row.getByRole('button', { name: 'Remove Zora' }).click();
    await dialog.getByRole('button', { name: 'Remove' }).click();
    await row.waitFor({ state: 'detached' });
    expect(complaints).toEqual([]);
    await leaver.tab.close();
  });

  test('nobody takes their own role away by mistake', async () => {
    const { page } = admin.tab;
    await page.goto('/organization/members');
    await page.getByText('Ada (you)').waitFor();
    expect(await page.getByLabel('Role of Ada').count()).toBe(0);
    expect(await page.getByRole('button', { name: 'Remove Ada' }).count()).toBe(0);
  });

  test('an invitation goes out by mail, with the error beside a wrong address, and is revoked', async () => {
    const { page, complaints } = admin.tab;
    await page.goto('/organization/members');
    await page.getByRole('button', { name: 'Invite', exact: true }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('E-mail address').fill('not an address');
    await dialog.getByRole('button', { name: 'Send the invitation' }).click();
    await dialog.getByText('This is not an e-mail address').waitFor();
    await dialog.getByLabel('E-mail address').fill('emil@example.org');
    await dialog.getByLabel('Role').selectOption('power');
    await dialog.getByRole('button', { name: 'Send the invitation' }).click();
    await dialog.waitFor({ state: 'detached' });
    const row = page.locator('[data-invitation]').filter({ hasText: 'emil@example.org' });
    await row.getByText('Power user').waitFor();
    // It went out a moment ago: the server sends no second mail so soon, and the row says so.
    admin.tab.expect(429);
    await row.getByRole('button', { name: 'Send again to emil@example.org' }).click();
    await row.getByRole('alert').waitFor();
    await row.getByRole('button', { name: /^Revoke the invitation/ }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
    await row.getByText('Revoked', { exact: true }).waitFor();
    expect(complaints).toEqual([]);
  });

  test('a link is shown once, and lets somebody in', async () => {
    const { page } = admin.tab;
    await page.goto('/organization/members');
    await page.getByRole('button', { name: 'Invite', exact: true }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('By a link').click();
    await dialog.getByRole('button', { name: 'Make the link' }).click();
    const link = await dialog.getByRole('textbox', { name: 'Link of the invitation' }).inputValue();
    const token = link.split('#token=')[1];
    expect(token).toMatch(/^\S{20,}$/);
    const answer = await page.request.post('/api/v1/invitations/lookup', { data: { token } });
    expect(await answer.json()).toMatchObject({ role: 'regular' });
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect(await page.content()).not.toContain(token);
  });
});

describe('API keys', () => {
  test('an admin sees the key of another, and revokes it', async () => {
    const { key } = await member.post('/api-keys', { name: 'Nightly import', scopes: ['library:read'] });
    const current = () =>
      fetch(`${server.url}/api/v1/api-keys/current`, { headers: { authorization: `Bearer ${key}` } });
    expect((await current()).status).toBe(200);
    const { page, complaints } = admin.tab;
    await page.goto('/organization/api-keys');
    const row = page.getByRole('listitem').filter({ hasText: 'Nightly import' });
    await row.getByText(/of Bo · as power user/).waitFor();
    await row.getByRole('button', { name: 'Revoke Nightly import' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
    await row.getByText('Revoked').waitFor();
    expect((await current()).status).toBe(401);
    expect(complaints).toEqual([]);
  });
});

describe('the audit trail', () => {
  test('is filtered, read in detail, verified and exported', async () => {
    const { page, complaints } = admin.tab;
    await page.goto('/organization/audit');
    await page.locator('[data-event]').first().waitFor();
    await page.getByLabel('What').selectOption('member.');
    const changed = page.locator('[data-event="member.role_changed"]').first();
    await changed.waitFor();
    await expect.poll(() => page.locator('[data-event^="invitation."]').count()).toBe(0);
    await changed.getByRole('button', { name: 'Member role changed' }).click();
    const drawer = page.getByRole('dialog');
    const change = drawer.getByRole('row').filter({ hasText: 'role' });
    expect(await change.last().getByRole('cell').allTextContents()).toEqual(['guest', 'regular']);
    await page.keyboard.press('Escape');

    await page.getByRole('button', { name: 'Verify' }).click();
    await page.getByText('The trail is whole').waitFor();

    await page.getByRole('button', { name: 'Export' }).click();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('menuitem', { name: 'JSON lines, for programs' }).click(),
    ]);
    const lines = (await readFile(await download.path(), 'utf8')).trim().split('\n');
    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines) expect(JSON.parse(line).action).toMatch(/^member\./);
    expect(complaints).toEqual([]);
  });

  test('shows what happens while one looks', async () => {
    const { page } = admin.tab;
    await page.goto('/organization/audit?action=api_key.');
    await page.locator('[data-event]').first().waitFor();
    const made = page.locator('[data-event="api_key.created"]');
    const before = await made.count();
    await admin.post('/api-keys', { name: 'Made meanwhile', scopes: ['search:read'] });
    await expect.poll(() => made.count(), { timeout: 20_000 }).toBe(before + 1);
  });
});

describe('settings', () => {
  test('the name is changed, and stands in the frame at once', async () => {
    const { page, complaints } = admin.tab;
    await page.goto('/organization');
    await page.getByLabel('Name of the organization').fill('Field Office');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('heading', { level: 1, name: 'Field Office' }).waitFor();
    await page.getByRole('navigation', { name: 'Main' }).first().getByText('Field Office').waitFor();
    expect(complaints).toEqual([]);
  });

  test('an archive is made and downloaded', async () => {
    const { page, complaints } = admin.tab;
    await page.goto('/organization');
    await page.getByRole('button', { name: 'Make an archive' }).click();
    const archive = page.locator('[data-archive="ready"]');
    await archive.waitFor({ timeout: 60_000 });
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      archive.getByRole('button', { name: 'Download' }).click(),
    ]);
    const bytes = await readFile(await download.path());
    expect(bytes.subarray(0, 2).toString()).toBe('PK');
    expect(complaints).toEqual([]);
  });

  test('a second factor cannot be asked of others by who has none', async () => {
    const { page } = admin.tab;
    await page.goto('/organization/access');
    await page.getByRole('link', { name: 'set up your own' }).waitFor();
    expect(await page.getByLabel('Everybody needs a second factor').isDisabled()).toBe(true);
    await page.getByRole('heading', { name: 'No identity provider leads here' }).waitFor();
  });

  test('usage is shown in figures', async () => {
    const { page } = admin.tab;
    await page.goto('/organization/usage');
    await page.getByRole('region', { name: 'People' }).getByText('Members').waitFor();
  });

  test('closing asks for the name, and can be taken back', async () => {
    const owner = await newPerson(browser, server, 'Cleo');
    // The live view of the library ends with the organization.
    owner.tab.expect(403);
    const { page, complaints } = owner.tab;
    await page.goto('/organization');
    await page.getByRole('button', { name: 'Delete…' }).click();
    const dialog = page.getByRole('dialog');
    const act = dialog.getByRole('button', { name: 'Delete the organization' });
    expect(await act.isDisabled()).toBe(true);
    await dialog.getByRole('textbox').fill('Cleo’s office');
    await act.click();
    await page.getByText('This organization is closed').waitFor();
    // Whoever comes back by another page is led to where it can be restored.
    await page.goto('/library');
    await page.getByText('This organization is closed').waitFor();
    await page.getByRole('button', { name: 'Restore' }).click();
    await page.getByRole('button', { name: 'Delete…' }).waitFor();
    expect(complaints).toEqual([]);
    await owner.tab.close();
  });
});

describe('a role that may less', () => {
  test('is shown no page, no button and no section that the server would refuse', async () => {
    const { page, complaints } = member.tab;
    await page.goto('/organization');
    const sections = page.getByRole('navigation', { name: 'Organization' }).getByRole('link');
    await sections.first().waitFor();
    expect(await sections.allInnerTexts()).toEqual(['General', 'People']);
    expect(await page.getByRole('button', { name: /Delete|Make an archive|Save/ }).count()).toBe(0);
    for (const path of ['api-keys', 'access', 'audit', 'usage']) {
      await page.goto(`/organization/${path}`);
      await page.getByRole('heading', { name: 'This page is not for your role' }).waitFor();
    }
    await page.goto('/organization/members');
    await page.locator('[data-member]').first().waitFor();
    expect(await page.getByRole('button', { name: /Invite|Remove/ }).count()).toBe(0);
    expect(await page.getByText(admin.email).count()).toBe(0);
    await page.goto('/operator');
    await page.getByRole('heading', { name: 'This page is not for your role' }).waitFor();
    expect(await page.getByRole('link', { name: 'Operator' }).count()).toBe(0);
    expect(complaints).toEqual([]);
  });
});
