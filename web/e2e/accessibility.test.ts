import type { Browser, BrowserContextOptions } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ADMINISTRATION, furnish, type Screen } from './support/administration.ts';
import { barriers } from './support/barriers.ts';
import {
  NARROW,
  openTab,
  register,
  startBrowser,
  type Tab,
  upload,
  WIDE,
  waitForSamples,
} from './support/browser.ts';
import { type RunningServer, startServer } from './support/server.ts';

let server: RunningServer;
let browser: Browser;
let signedIn: NonNullable<BrowserContextOptions['storageState']>;
let reader = '';

beforeAll(async () => {
  [server, browser] = await Promise.all([startServer(), startBrowser()]);
  const tab = await openTab(browser, server);
  await tab.page.goto(server.signInLink);
  await tab.page.getByRole('heading', { name: 'What would you like to know?' }).waitFor();
  await waitForSamples(tab.page);
  const found = await tab.page.request.get('/api/v1/search?q=salary%20budget');
  const { items }: { items: { id: string; citation: { version: number; start: number; end: number } }[] } =
    await found.json();
  const [hit] = items;
  if (hit === undefined) throw new Error('the samples hold no budget');
  const { version, start, end } = hit.citation;
  reader = `/library/${hit.id}?version=${version}&start=${start}&end=${end}`;
  await furnish(tab.page, server);
  signedIn = await tab.page.context().storageState();
  await tab.close();
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

const SCREENS: readonly Screen[] = [
  {
    name: 'sign-in',
    path: () => '/sign-in',
    ready: (page) => page.getByLabel('E-mail address').waitFor(),
    signedOut: true,
  },
  {
    name: 'sign-in, refused',
    path: () => '/sign-in',
    ready: async (page) => {
      await page.getByLabel('E-mail address').fill('nobody@example.org');
      await page.getByLabel('Password', { exact: true }).fill('wrong wrong wrong');
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByRole('alert').waitFor();
    },
    signedOut: true,
  },
  {
    name: 'register',
    path: () => '/register',
    ready: (page) => page.getByLabel('Your name').waitFor(),
    signedOut: true,
  },
  {
    name: 'home',
    path: () => '/',
    ready: (page) => page.getByRole('heading', { name: 'Lately added' }).waitFor(),
  },
  {
    name: 'library',
    path: () => '/library',
    ready: (page) => page.locator('[data-source]').first().waitFor(),
  },
  {
    name: 'library, with a menu open',
    path: () => '/library',
    ready: async (page) => {
      await page.getByRole('button', { name: /^Actions for The Ferry/ }).click();
      await page.getByRole('menuitem', { name: 'Delete…' }).waitFor();
    },
  },
  {
    name: 'library, pasting text',
    path: () => '/library',
    ready: async (page) => {
      await page.getByRole('button', { name: 'Paste text' }).first().click();
      await page.getByRole('dialog').waitFor();
    },
  },
  {
    name: 'library, making a collection',
    path: () => '/library',
    ready: async (page) => {
      await page.getByRole('button', { name: 'New collection' }).click();
      await page.getByRole('dialog').waitFor();
    },
  },
  {
    name: 'library, with uploads',
    path: () => '/library',
    ready: async (page) => {
      await page.locator('[data-source]').first().waitFor();
      await upload(page, [{ name: 'not-a-document.pdf', text: 'GIF89a\u0001\u0000\u0001\u0000' }]);
      await page.getByText('Not taken').waitFor();
    },
  },
  { name: 'reader', path: () => reader, ready: (page) => page.locator('mark[data-cited]').first().waitFor() },
  {
    name: 'reader, finding',
    path: () => reader,
    ready: async (page) => {
      await page.getByRole('searchbox', { name: 'Find in this document' }).fill('the');
      await page.getByRole('button', { name: 'Next hit' }).click();
      await page.locator('mark[data-found="current"]').waitFor();
    },
  },
  {
    name: 'search, empty',
    path: () => '/search',
    ready: (page) => page.getByRole('heading', { name: 'What are you looking for?' }).waitFor(),
  },
  {
    name: 'search',
    path: () => '/search?q=flood',
    ready: (page) => page.getByRole('list', { name: 'Results' }).waitFor(),
  },
  {
    name: 'search, nothing found',
    path: () => '/search?q=qqzzxx',
    ready: (page) => page.getByRole('heading', { name: /^Nothing found/ }).waitFor(),
  },
  {
    name: 'ask',
    path: () => '/ask',
    ready: async (page) => {
      await page.getByRole('textbox', { name: 'Your question' }).fill('Who does the director report to?');
      await page.keyboard.press('Enter');
      await page.locator('article[data-state="done"] [data-citation]').first().waitFor();
      await page.locator('[data-citation]').first().focus();
      await page.getByRole('tooltip').waitFor();
    },
  },
  { name: 'tasks', path: () => '/tasks', ready: (page) => page.locator('[data-task]').first().waitFor() },
  {
    name: 'settings',
    path: () => '/settings',
    ready: (page) => page.getByRole('heading', { name: 'Appearance' }).waitFor(),
  },
  ...ADMINISTRATION,
  {
    name: 'palette',
    path: () => '/settings',
    ready: async (page) => {
      await page.getByRole('heading', { name: 'Appearance' }).waitFor();
      await page.keyboard.press('Control+k');
      await page.getByLabel('Go to a page or a document').fill('e');
      await page.getByText('Search for “e”').waitFor();
    },
  },
  {
    name: 'no such page',
    path: () => '/nowhere',
    ready: (page) => page.getByRole('heading', { name: 'There is no such page' }).waitFor(),
  },
];

async function open(screen: Screen, options: BrowserContextOptions): Promise<Tab> {
  const state = screen.signedOut === true ? {} : { storageState: signedIn };
  const tab = await openTab(browser, server, { ...state, ...options });
  if (screen.signedOut === true) tab.expect(401);
  // Refusing the planted file is what that screen is about.
  tab.expect(415);
  await tab.page.goto(screen.path());
  await screen.ready(tab.page);
  return tab;
}

// Colours do not depend on the width, so the dark is judged on the wide screens only.
describe.each([
  ['light', WIDE],
  ['dark', WIDE],
  ['light', NARROW],
] as const)('in %s at %o', (colorScheme, viewport) => {
  test.each(SCREENS)('$name: no violation, no complaint, nothing wider than the window', async (screen) => {
    const tab = await open(screen, { colorScheme, viewport });
    const { page } = tab;
    expect(await barriers(page)).toEqual([]);
    expect(tab.complaints).toEqual([]);
    await tab.close();
  });
});

describe('by keyboard alone', () => {
  test('skip link, navigation, a menu, a dialog: each can be reached, used and left', async () => {
    const tab = await openTab(browser, server, { storageState: signedIn });
    const { page } = tab;
    const focused = () => page.evaluate(() => document.activeElement?.textContent ?? '');
    await page.goto('/');
    await page.getByRole('heading', { name: 'Lately added' }).waitFor();
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('Skip to the content');
    await page.keyboard.press('Enter');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('main');

    await page.getByRole('link', { name: 'Library' }).first().focus();
    await page.keyboard.press('Enter');
    await page.locator('[data-source]').first().waitFor();
    await page.getByRole('button', { name: /^Actions for The Ferry/ }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('menuitem', { name: 'Download the original' }).waitFor();
    await expect.poll(focused).toBe('Download the original');
    await page.keyboard.press('ArrowUp');
    await expect.poll(focused).toBe('Delete…');
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog');
    await dialog.waitFor();
    await expect.poll(focused).toBe('Keep');
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect(tab.complaints).toEqual([]);
    await tab.close();
  });

  test('what has the focus can be seen', async () => {
    const tab = await openTab(browser, server, { storageState: signedIn });
    const { page } = tab;
    await page.goto('/library');
    await page.locator('[data-source]').first().waitFor();
    for (let step = 0; step < 25; step += 1) {
      await page.keyboard.press('Tab');
      const seen = await page.evaluate(() => {
        const element = document.activeElement;
        if (element === null || element === document.body) return true;
        const drawn = (target: Element) => {
          const style = getComputedStyle(target);
          return style.outlineStyle !== 'none' && Number.parseFloat(style.outlineWidth) >= 1;
        };
        // A text field says it with its border.
        return drawn(element) || element.matches('input, select, textarea');
      });
      expect(seen, `step ${step}`).toBe(true);
    }
    await tab.close();
  });
});

describe('appearance', () => {
  test('follows the system, can be chosen, and the choice stays', async () => {
    const tab = await openTab(browser, server, { storageState: signedIn, colorScheme: 'dark' });
    const { page } = tab;
    const scheme = () => page.evaluate(() => document.documentElement.dataset.mantineColorScheme);
    await page.goto('/settings');
    await page.getByRole('heading', { name: 'Appearance' }).waitFor();
    expect(await scheme()).toBe('dark');
    await page.getByRole('radiogroup', { name: 'Appearance' }).getByText('Light').click();
    await expect.poll(scheme).toBe('light');
    await page.reload();
    await page.getByRole('heading', { name: 'Appearance' }).waitFor();
    expect(await scheme()).toBe('light');
    await tab.close();
  });
});

describe('a new organization', () => {
  test('is told where to begin', async () => {
    const tab = await openTab(browser, server);
    tab.expect(401);
    await register(tab.page, 'Noor');
    await tab.page.getByRole('button', { name: 'Choose files' }).waitFor();
    expect(tab.complaints).toEqual([]);
    await tab.close();
  });
});
