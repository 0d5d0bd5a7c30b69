import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { barriers } from './support/barriers.ts';
import { NARROW, row, startBrowser, upload } from './support/browser.ts';
import { join, newPerson, type Person } from './support/people.ts';
import { type RunningServer, startServer } from './support/server.ts';

let server: RunningServer;
let browser: Browser;
let power: Person;
let regular: Person;
let guest: Person;

const NOTES = [
  { name: 'gauge.txt', text: 'The gauge at the ferry landing was read every morning by the harbour master.' },
  {
    name: 'pegel.txt',
    text: 'Der Pegel am Anleger wurde jeden Morgen vom Hafenmeister abgelesen. Die Gauge blieb im Winter stehen.',
  },
];

beforeAll(async () => {
  [server, browser] = await Promise.all([startServer(), startBrowser()]);
  power = await newPerson(browser, server, 'Petra');
  [regular, guest] = [await newPerson(browser, server, 'Rolf'), await newPerson(browser, server, 'Greta')];
  await join(power, regular, 'regular');
  await join(power, guest, 'guest');
  await power.tab.page.goto('/library');
  await upload(power.tab.page, NOTES);
  for (const title of ['gauge', 'pegel'])
    await row(power.tab.page, title).getByText('Ready', { exact: true }).waitFor({ timeout: 60_000 });
}, 180_000);
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

describe('members', () => {
  test('read, and are shown nothing that the server would refuse', async () => {
    const { page, complaints } = regular.tab;
    await page.goto('/library');
    await row(page, 'gauge').getByRole('link', { name: 'Download gauge' }).waitFor();
    expect(
      await page.getByRole('button', { name: /Add files|Paste text|New collection|Actions/ }).count(),
    ).toBe(0);
    expect(await page.locator('input[data-file-picker]').count()).toBe(0);
    await page.goto('/tasks');
    await page.locator('[data-task]').first().waitFor();
    expect(await page.getByRole('button', { name: /^(Cancel|Try again)/ }).count()).toBe(0);
    await page.goto('/organization/members');
    await page.getByLabel('Find a member by name').fill('gre');
    await expect.poll(() => page.locator('[data-member]').count()).toBe(1);
    await page.getByLabel('Find a member by name').fill(guest.email);
    await page.getByRole('heading', { name: 'Nobody’s name begins like this' }).waitFor();
    expect(complaints).toEqual([]);
  });
});

describe('guests', () => {
  test('are told what they see, and the console asks for nothing else', async () => {
    const { page, complaints } = guest.tab;
    await page.goto('/');
    await page.getByRole('heading', { name: 'Welcome to Petra’s office' }).waitFor();
    const places = page.getByRole('navigation', { name: 'Main' }).first().getByRole('link');
    expect((await places.allInnerTexts()).slice(1)).toEqual(['Home', 'Search', 'Organization']);
    expect(await barriers(page)).toEqual([]);
    await page.setViewportSize(NARROW);
    expect(await barriers(page)).toEqual([]);
    for (const path of ['/library', '/ask', '/tasks']) {
      await page.goto(path);
      await page.getByRole('heading', { name: 'This page is not for your role' }).waitFor();
    }
    await page.goto('/search?q=gauge');
    await page.getByRole('heading', { name: /^Nothing found/ }).waitFor();
    expect(complaints).toEqual([]);
  });
});

describe('documents', () => {
  test('are moved into a collection, and out of it, by who may', async () => {
    const { page, complaints } = power.tab;
    await power.post('/library/collections', { name: 'Landing' });
    await page.goto('/library');
    const move = async (to: string) => {
      await page.getByRole('button', { name: 'Actions for gauge' }).click();
      await page.getByRole('menuitem', { name: 'Move to a collection…' }).click();
      const dialog = page.getByRole('dialog');
      expect(await dialog.getByRole('button', { name: 'Move' }).isDisabled()).toBe(true);
      await dialog.getByLabel('Collection').selectOption({ label: to });
      expect(await barriers(page)).toEqual([]);
      await dialog.getByRole('button', { name: 'Move' }).click();
      await dialog.waitFor({ state: 'detached' });
    };
    await move('Landing');
    await page.getByRole('link', { name: /^Landing/ }).click();
    await row(page, 'gauge').waitFor();
    await row(page, 'pegel').waitFor({ state: 'detached' });
    await move('No collection');
    await page.getByRole('heading', { name: 'Nothing here yet' }).waitFor();
    expect(complaints).toEqual([]);
  });

  test('are searched in one language, and the address holds which', async () => {
    const { page, complaints } = regular.tab;
    await page.goto('/search?q=gauge');
    const results = page.getByRole('list', { name: 'Results' }).getByRole('listitem');
    await expect.poll(() => results.count()).toBe(2);
    await page.getByLabel('Language').selectOption({ label: 'German' });
    await expect.poll(() => results.count()).toBe(1);
    await results.filter({ hasText: 'pegel' }).waitFor();
    expect(new URL(page.url()).searchParams.get('language')).toBe('de');
    await page.reload();
    await results.filter({ hasText: 'pegel' }).waitFor();
    expect(await page.getByLabel('Language').inputValue()).toBe('de');
    expect(complaints).toEqual([]);
  });
});
