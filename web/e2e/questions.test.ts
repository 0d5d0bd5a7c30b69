import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTab, startBrowser, type Tab, upload, waitForSamples } from './support/browser.ts';
import { type RunningServer, startServer } from './support/server.ts';

let server: RunningServer;
let browser: Browser;
let tab: Tab;
let page: Page;

beforeAll(async () => {
  [server, browser] = await Promise.all([startServer(), startBrowser()]);
  tab = await openTab(browser, server);
  page = tab.page;
  tab.expect(401);
  await page.goto(server.signInLink);
  await page.getByRole('heading', { name: 'What would you like to know?' }).waitFor();
  await waitForSamples(page);
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

const results = () => page.getByRole('list', { name: 'Results' });
const field = () => page.getByRole('searchbox', { name: 'Search your documents' });

/** What the reader shows as cited must be what the address names, character by character. */
async function citedAsAddressed() {
  await page.locator('mark[data-cited]').first().waitFor();
  const url = new URL(page.url());
  const [start, end] = [Number(url.searchParams.get('start')), Number(url.searchParams.get('end'))];
  const id = url.pathname.split('/').at(-1);
  const answer = await page.request.get(
    `/api/v1/library/sources/${id}/content?version=${url.searchParams.get('version')}`,
  );
  const { text }: { text: string } = await answer.json();
  const shown = (await page.locator('mark[data-cited]').allTextContents()).join('');
  // Cells of a table are drawn apart, without the bars that divide them in the text.
  const letters = (value: string) => value.replace(/[\s|]/g, '');
  expect(end).toBeGreaterThan(start);
  expect(letters(shown)).toBe(letters(text.slice(start, end)));
  return text.slice(start, end);
}

describe('search', () => {
  test('answers while the last word is still being typed, and marks what matched', async () => {
    await page.keyboard.press('/');
    await page.getByRole('searchbox', { name: 'Search or ask' }).pressSequentially('flood forecas');
    await page.keyboard.press('Enter');
    await results().getByRole('listitem').first().waitFor();
    expect(await field().inputValue()).toBe('flood forecas');
    const marks = await results().locator('mark').allTextContents();
    expect(marks.some((mark) => /^forecas/i.test(mark))).toBe(true);
    await expect.poll(() => new URL(page.url()).searchParams.get('q')).toBe('flood forecas');
  });

  test('an answer to an older question never replaces a newer one', async () => {
    await page.route(/\/api\/v1\/search\?q=ferry&/, async (route) => {
      await new Promise((resolve) => setTimeout(resolve, 1500));
      await route.continue().catch(() => undefined);
    });
    await field().fill('ferry');
    await page.waitForRequest(/search\?q=ferry&/);
    await field().fill('stage records gaps');
    const first = results().getByRole('link').first();
    await first.filter({ hasText: 'TN-014' }).waitFor();
    await page.waitForTimeout(2000);
    expect(await first.textContent()).toContain('TN-014');
    await page.unrouteAll();
  });

  test('says which mode ran, and shows all passages when asked', async () => {
    await field().fill('director');
    await page.getByRole('radiogroup', { name: 'How to search' }).getByText('Keyword').click();
    await page.getByText(/results? · keyword · \d+ ms/).waitFor();
    const grouped = await results().getByRole('listitem').count();
    await page.getByRole('radiogroup', { name: 'What to show' }).getByText('All passages').click();
    await expect.poll(() => results().getByRole('listitem').count()).toBeGreaterThan(grouped);
    expect(new URL(page.url()).searchParams.get('mode')).toBe('keyword');
  });

  test('narrows to a collection, and says when nothing is there', async () => {
    await page.getByLabel('Collection').selectOption({ label: 'Stories' });
    await field().fill('ferry');
    await results().getByRole('link', { name: 'The Ferry at Orsey' }).first().waitFor();
    await field().fill('qqzzxx');
    await page.getByRole('heading', { name: 'Nothing found for “qqzzxx”' }).waitFor();
    await page.getByLabel('Collection').selectOption({ label: 'All collections' });
  });

  test('the keyboard alone leads from the field to the exact passage and back', async () => {
    await page.getByRole('radiogroup', { name: 'How to search' }).getByText('Hybrid').click();
    await page.keyboard.press('Escape');
    await page.keyboard.press('/');
    await field().fill('salary budget');
    await expect.poll(() => new URL(page.url()).searchParams.get('q')).toBe('salary budget');
    await page.locator('ol[aria-label="Results"][aria-busy="false"] > li:nth-child(2)').waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowUp');
    expect(
      await results()
        .getByRole('link')
        .first()
        .evaluate((link) => link.matches(':focus')),
    ).toBe(true);
    await page.keyboard.press('Escape');
    expect(await field().evaluate((input) => input.matches(':focus'))).toBe(true);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await citedAsAddressed();
    await page.goBack();
    await results().getByRole('listitem').first().waitFor();
    expect(await field().inputValue()).toBe('salary budget');
  });
});

describe('ask', () => {
  test('answers with citations that lead to their words, and says that no model is configured', async () => {
    await page.getByRole('link', { name: 'Ask' }).first().click();
    await page
      .getByRole('textbox', { name: 'Your question' })
      .fill('Who does the Director, Water Data and Forecasting report to?');
    await page.keyboard.press('Enter');
    const answer = page.getByRole('article', { name: /^Answer to: Who does/ });
    await page.locator('article[data-state="done"]').waitFor();
    await answer.getByText('Quoted from your documents — no model is configured').waitFor();
    expect(await answer.locator('[data-answer]').textContent()).toContain('Director General');

    const chip = answer.getByRole('link', { name: /^Citation 1:/ });
    await chip.hover();
    const card = page.getByRole('tooltip');
    await card.waitFor();
    const quote = (await card.textContent()) ?? '';
    await chip.click();
    const passage = await citedAsAddressed();
    expect(quote).toContain(passage.replace(/\s+/g, ' ').trim().slice(0, 60));
  });

  test('remembers the questions of this session', async () => {
    await page.goBack();
    const question = page.getByRole('textbox', { name: 'Your question' });
    await question.fill('zzgrblx qwhtk?');
    await page.getByRole('button', { name: 'Ask' }).click();
    await page.getByRole('link', { name: 'Search for it instead' }).waitFor();
    expect(await page.locator('[data-unsupported]').count()).toBe(0);
    await page.getByRole('button', { name: /^Who does the Director/ }).click();
    await page.getByRole('article', { name: /^Answer to: Who does/ }).waitFor();
  });

  test('an answer that streams can be stopped, and failure is said in words', async () => {
    await page.route('**/api/v1/ask', (route) => route.abort('connectionfailed'));
    const question = page.getByRole('textbox', { name: 'Your question' });
    await question.fill('Who keeps the ledger?');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').filter({ hasText: 'could not be completed' }).waitFor();
    await page.unrouteAll();

    let release: () => void = () => undefined;
    await page.route('**/api/v1/ask', async (route) => {
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      await route.abort().catch(() => undefined);
    });
    await page.getByRole('button', { name: 'Ask again' }).click();
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByText('Stopped. What stands here is not the whole answer.').waitFor();
    release();
    await page.unrouteAll();
  });
});

describe('tasks', () => {
  test('a running task is cancelled and tried again', async () => {
    await page.getByRole('link', { name: 'Library' }).first().click();
    // Three requests, so three tasks; the newest waits for the others, which leaves time to cancel it.
    const entry = 'The water rose, and the clerk wrote it down with care, as clerks do.\n\n';
    await upload(
      page,
      Array.from({ length: 60 }, (_, index) => ({
        name: `log-${index}.txt`,
        text: `${index}\n\n${entry.repeat(900)}`,
      })),
    );
    const newest = async () => {
      const answer = await page.request.get('/api/v1/tasks?limit=10');
      const { items }: { items: { id: string; progress: { total: number } }[] } = await answer.json();
      const batches = items.filter((task) => task.progress.total === 20);
      return batches.length === 3 ? (batches[0]?.id ?? '') : '';
    };
    await expect.poll(newest, { timeout: 30_000 }).not.toBe('');
    await page.getByRole('link', { name: 'Tasks' }).first().click();
    const task = page.locator(`[data-task="${await newest()}"]`);
    await task.getByRole('button', { name: /^Cancel/ }).click();
    await task.getByText('Cancelled', { exact: true }).waitFor();
    await task.getByRole('button', { name: /^Try again/ }).click();
    await task.getByText(/^(Waiting|Running|Done)$/).waitFor();
  });

  test('the list narrows by status', async () => {
    await page.getByRole('radiogroup', { name: 'Status' }).getByText('Failed').click();
    await page.getByRole('heading', { name: 'No task is in this state' }).waitFor();
    expect(new URL(page.url()).searchParams.get('status')).toBe('failed');
  });
});

describe('the palette', () => {
  test('finds a document by its title and opens it', async () => {
    await page.keyboard.press('Control+k');
    await page.getByLabel('Go to a page or a document').fill('ferry');
    await page.getByRole('button', { name: /The Ferry at Orsey/ }).waitFor();
    await expect
      .poll(async () => {
        const [chosen = ''] = await page
          .locator('.mantine-Spotlight-action[data-selected]')
          .allTextContents();
        if (!chosen.includes('Ferry')) await page.keyboard.press('ArrowDown');
        return chosen;
      })
      .toContain('The Ferry at Orsey');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'The Ferry at Orsey', level: 1 }).waitFor();
  });

  test('nothing was complained about', () => {
    // The failure that a test above brought about is the only one.
    expect(tab.complaints.filter((complaint) => !complaint.includes('ERR_CONNECTION_FAILED'))).toEqual([]);
  });
});
