import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTab, register, startBrowser } from './support/browser.ts';
import { type RunningServer, startServer } from './support/server.ts';

let server: RunningServer;
let browser: Browser;

beforeAll(async () => {
  [server, browser] = await Promise.all([startServer(), startBrowser()]);
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

describe('signing in', () => {
  test('the one-time link opens the sample library, once', async () => {
    const first = await openTab(browser, server);
    first.expect(401);
    await first.page.goto(server.signInLink);
    await first.page.getByRole('heading', { name: 'What would you like to know?' }).waitFor();
    expect(first.page.url()).not.toContain('token');
    // The samples are read while the first page is open already: it shows them as they come.
    await first.page.getByRole('link', { name: /^Stories/ }).waitFor();
    expect(first.complaints).toEqual([]);

    const second = await openTab(browser, server);
    second.expect(410);
    await second.page.goto(server.signInLink);
    await second.page.getByRole('alert').waitFor();
    expect(await second.page.getByRole('button', { name: 'Sign in' }).count()).toBe(1);
    expect(second.complaints).toEqual([]);
    await Promise.all([first.close(), second.close()]);
  });

  test('a page that needs somebody leads to the sign-in and back, and signing out ends it', async () => {
    const tab = await openTab(browser, server);
    const { page } = tab;
    tab.expect(401);
    await register(page, 'Ines');
    const email = await page.evaluate(async () => {
      const answer = await fetch('/api/v1/auth/me');
      return String((await answer.json()).user.email);
    });
    await page.getByRole('button', { name: 'Account of Ines' }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();

    await page.goto('/tasks?status=failed');
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await page.getByLabel('E-mail address').fill(email);
    await page.getByLabel('Password', { exact: true }).fill('not the password');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').waitFor();
    await page.getByLabel('Password', { exact: true }).fill('correct horse battery staple');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'Tasks' }).waitFor();
    expect(new URL(page.url()).pathname + new URL(page.url()).search).toBe('/tasks?status=failed');
    expect(tab.complaints).toEqual([]);
    await tab.close();
  });

  test('an access token that ended is renewed without a word', async () => {
    const tab = await openTab(browser, server);
    const { page } = tab;
    tab.expect(401);
    await register(page, 'Ravi');
    const cookies = await page.context().cookies();
    const kept = cookies.filter((cookie) => cookie.name !== 'scriptorium_access');
    expect(kept.length).toBe(cookies.length - 1);
    await page.context().clearCookies();
    await page.context().addCookies(kept);
    await page.getByRole('link', { name: 'Tasks' }).first().click();
    await page.getByRole('heading', { name: 'No tasks yet' }).waitFor();
    expect(tab.complaints).toEqual([]);
    await tab.close();
  });

  test('a session that cannot be renewed leads to the sign-in, and back to the page', async () => {
    const tab = await openTab(browser, server);
    const { page } = tab;
    tab.expect(401);
    await register(page, 'Olga');
    await page.context().clearCookies();
    await page.getByRole('link', { name: 'Search', exact: true }).first().click();
    await page.getByRole('searchbox', { name: 'Search your documents' }).fill('anything');
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    expect(new URL(page.url()).searchParams.get('next')).toMatch(/^\/search/);
    expect(tab.complaints).toEqual([]);
    await tab.close();
  });
});
