import { readFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTab, register, row, startBrowser, type Tab, upload } from './support/browser.ts';
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
  await register(page, 'Mina');
  await page.getByRole('link', { name: 'Library' }).first().click();
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

const NOTE = `# Keeping bees

Bees need water within three hundred metres of the hive.

## Winter

A colony eats about fifteen kilograms of honey in winter.

| Month | Honey | Losses |
| --- | --- | --- |
| January | 3 kg | 2 % |
| February | 4 kg | 1 % |
`;

const tray = () => page.getByRole('region', { name: 'Uploads' });

describe('the library', () => {
  test('an empty one says what to do', async () => {
    await page.getByRole('heading', { name: 'Nothing here yet' }).waitFor();
    expect(await page.getByRole('button', { name: 'Choose files' }).count()).toBe(1);
  });

  test('files show how far they have come, live, and what was refused says why', async () => {
    await upload(page, [
      { name: 'bees.md', text: NOTE },
      { name: 'picture.md', text: '\u0089PNG\r\n\u001a\n\u0000\u0000\u0000' },
      { name: 'plain.txt', text: 'The hive stands behind the barn, facing south.' },
    ]);
    await row(page, 'Keeping bees').getByText('Ready').waitFor();
    await row(page, 'plain').getByText('Ready').waitFor();
    await tray().getByText('2 ready, 1 failed').waitFor();
    const refused = tray().getByRole('listitem').filter({ hasText: 'picture.md' });
    expect(await refused.getByText('Not taken').count()).toBe(1);
    expect((await refused.locator('p').textContent())?.length).toBeGreaterThan(20);
  });

  test('the same file again is recognised, and that is said', async () => {
    await tray().getByRole('button', { name: 'Close', exact: true }).click();
    await upload(page, [{ name: 'bees-again.md', text: NOTE }]);
    await tray().getByText('Already in the library').waitFor();
    await tray().getByText('The same file is there as “Keeping bees”. Nothing was stored twice.').waitFor();
    expect(await page.getByRole('list', { name: 'Documents' }).getByRole('listitem').count()).toBe(2);
    await tray().getByRole('button', { name: 'Close', exact: true }).click();
  });

  test('files dropped anywhere are taken', async () => {
    const files = await page.evaluateHandle(() => {
      const transfer = new DataTransfer();
      transfer.items.add(new File(['Dropped words about apiaries.'], 'dropped.txt', { type: 'text/plain' }));
      return transfer;
    });
    await page.dispatchEvent('body', 'dragenter', { dataTransfer: files });
    await page.getByText('Let go to add them to the library').waitFor();
    await page.getByText('Let go to add them to the library').dispatchEvent('drop', { dataTransfer: files });
    await row(page, 'dropped').getByText('Ready').waitFor();
    await tray().waitFor({ state: 'detached' });
  });

  test('a collection is made, filled by pasting, described, and deleted when it is empty', async () => {
    await page.getByRole('button', { name: 'New collection' }).click();
    await page.getByLabel('Name', { exact: true }).fill('Letters');
    await page.getByRole('button', { name: 'Make the collection' }).click();
    await page.getByRole('heading', { name: 'Letters' }).waitFor();

    await page.getByRole('button', { name: 'Paste text' }).first().click();
    const dialog = page.getByRole('dialog', { name: 'Paste text' });
    await dialog.getByLabel('Title').fill('To my sister');
    await dialog.getByLabel('Text', { exact: true }).fill('The bees have swarmed again.');
    await dialog.getByRole('button', { name: 'Add to the library' }).click();
    await row(page, 'To my sister').getByText('Ready').waitFor();
    expect(await page.getByRole('list', { name: 'Documents' }).getByRole('listitem').count()).toBe(1);

    await page.getByRole('link', { name: /^Letters/ }).hover();
    await page.getByRole('button', { name: 'Actions for the collection Letters' }).click();
    await page.getByRole('menuitem', { name: 'Rename and describe…' }).click();
    await page.getByLabel('Name', { exact: true }).fill('Old letters');
    await page.getByLabel('Description').fill('Found in the attic.');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('heading', { name: 'Old letters' }).waitFor();
    await page.getByText('Found in the attic.').waitFor();

    await row(page, 'To my sister').getByRole('button', { name: 'Actions for To my sister' }).click();
    await page.getByRole('menuitem', { name: 'Delete…' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('heading', { name: 'Nothing here yet' }).waitFor();
    await page.getByRole('link', { name: /^Old letters/ }).hover();
    await page.getByRole('button', { name: 'Actions for the collection Old letters' }).click();
    await page.getByRole('menuitem', { name: 'Delete…' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('heading', { name: 'Library' }).waitFor();
    await page.getByRole('link', { name: /^Old letters/ }).waitFor({ state: 'detached' });
  });

  test('the list narrows by title and stage', async () => {
    await page.getByRole('searchbox', { name: 'Filter by title or file name' }).fill('bees');
    await row(page, 'plain').waitFor({ state: 'detached' });
    await row(page, 'Keeping bees').waitFor();
    await page.getByLabel('Stage').selectOption('failed');
    await page.getByRole('heading', { name: 'No document matches' }).waitFor();
    await page.getByRole('link', { name: 'Show all documents' }).click();
    await row(page, 'plain').waitFor();
    expect(await page.getByRole('searchbox').inputValue()).toBe('');
  });
});

describe('the reader', () => {
  test('draws the structure: headings, a real table, contents that lead there', async () => {
    await page.getByRole('link', { name: 'Keeping bees' }).click();
    const article = page.getByRole('article', { name: 'Keeping bees' });
    await article.getByRole('heading', { name: 'Winter' }).waitFor();
    expect(await article.getByRole('columnheader').allTextContents()).toEqual(['Month', 'Honey', 'Losses']);
    expect(await article.getByRole('row').count()).toBe(3);
    await page.getByRole('navigation', { name: 'Contents' }).getByRole('button', { name: 'Winter' }).click();
    expect(await article.getByRole('heading', { name: 'Winter' }).isVisible()).toBe(true);
  });

  test('finds words in the document and steps through them', async () => {
    await page.keyboard.press('/');
    await page.keyboard.type('honey');
    await page.getByText('2 found').waitFor();
    await page.keyboard.press('Enter');
    await page.getByText('1 of 2').waitFor();
    await page.keyboard.press('Shift+Enter');
    await page.getByText('2 of 2').waitFor();
    expect(await page.locator('mark[data-found="current"]').textContent()).toBe('Honey');
    await page.keyboard.press('Escape');
    await page.locator('mark[data-found]').first().waitFor({ state: 'detached' });
  });

  test('gives the original back byte for byte', async () => {
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Download the original' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('bees.md');
    expect(await readFile(await download.path(), 'utf8')).toBe(NOTE);
  });

  test('marks a cited range exactly, also across blocks, and brings it into view', async () => {
    const id = new URL(page.url()).pathname.split('/').at(-1) ?? '';
    const { text, version } = await content(id);
    const start = text.indexOf('three hundred');
    const end = text.indexOf('in winter.') + 'in winter'.length;
    await page.goto(`/library/${id}?version=${version}&start=${start}&end=${end}`);
    const marks = page.locator('mark[data-cited]');
    await marks.first().waitFor();
    const shown = (await marks.allTextContents()).join('');
    expect(shown.replace(/\s/g, '')).toBe(text.slice(start, end).replace(/\s/g, ''));
    expect(await inView(marks.first())).toBe(true);
  });

  test('a range that the version does not have is said, not guessed', async () => {
    const path = new URL(page.url()).pathname;
    await page.goto(`${path}?version=1&start=999990&end=999999`);
    await page.getByText('The cited passage is not in this version.').waitFor();
    expect(await page.locator('mark[data-cited]').count()).toBe(0);
  });

  test('an older version stays readable', async () => {
    const id = new URL(page.url()).pathname.split('/').at(-1) ?? '';
    await page.getByRole('link', { name: 'Back to the library' }).click();
    await row(page, 'Keeping bees').getByRole('button', { name: 'Actions for Keeping bees' }).click();
    await page.getByRole('menuitem', { name: 'Process again' }).click();
    await expect.poll(async () => (await content(id)).version, { timeout: 30_000 }).toBe(2);
    await page.goto(`/library/${id}?version=1`);
    await page.getByText('This is version 1. There is a newer one:').waitFor();
    await page.getByRole('link', { name: 'read version 2' }).click();
    await page.getByText('This is version 1.').waitFor({ state: 'detached' });
    await page.getByLabel('Version').selectOption('1');
    await page.getByText('This is version 1. There is a newer one:').waitFor();
  });

  test('a long book opens and is read smoothly', async () => {
    const sentence =
      'The river rose in the night and the ferry stayed on the far side until the morning came. ';
    const chapter = (n: number) => `# Chapter ${n}\n\n${`${sentence.repeat(6)}\n\n`.repeat(45)}`;
    const book = Array.from({ length: 42 }, (_, index) => chapter(index + 1)).join('');
    expect(book.length).toBeGreaterThan(1_000_000);
    await page.getByRole('link', { name: 'Library' }).first().click();
    await upload(page, [{ name: 'long-book.md', text: book }]);
    await row(page, 'Chapter 1').getByText('Ready').waitFor({ timeout: 60_000 });
    await tray().waitFor({ state: 'detached' });
    await row(page, 'Chapter 1').getByRole('link').first().click();
    await page.getByRole('heading', { name: 'Chapter 1', exact: true, level: 2 }).waitFor();
    await page
      .getByRole('navigation', { name: 'Contents' })
      .getByRole('button', { name: 'Chapter 40' })
      .click();
    const heading = page.getByRole('heading', { name: 'Chapter 40', exact: true });
    await expect.poll(() => inView(heading)).toBe(true);
    await page
      .locator('nav[aria-label="Contents"] [aria-current="location"]', { hasText: 'Chapter 40' })
      .waitFor();
  });

  test('nothing was complained about', () => {
    expect(tab.complaints).toEqual([]);
  });
});

async function content(id: string): Promise<{ text: string; version: number }> {
  const answer = await page.request.get(`/api/v1/library/sources/${id}/content`);
  return answer.json();
}

async function inView(locator: ReturnType<Page['locator']>): Promise<boolean> {
  return locator.evaluate((element) => {
    const { top, bottom } = element.getBoundingClientRect();
    return top >= 0 && bottom <= window.innerHeight;
  });
}
