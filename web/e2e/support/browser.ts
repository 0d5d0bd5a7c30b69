import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import SAMPLES from '../../../samples/library.json' with { type: 'json' };
import type { RunningServer } from './server.ts';

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export const WIDE = { width: 1440, height: 900 } as const;
export const NARROW = { width: 390, height: 844 } as const;

export function startBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
}

export interface Tab {
  readonly page: Page;
  /** What the browser complained about: script errors, policy violations, requests that failed. */
  readonly complaints: readonly string[];
  /** A failed request that a test brings about on purpose, by its status. */
  readonly expect: (status: number) => void;
  readonly close: () => Promise<void>;
}

/** A tab of its own, with its own cookies. */
export async function openTab(
  browser: Browser,
  server: RunningServer,
  options: BrowserContextOptions = {},
): Promise<Tab> {
  const context = await browser.newContext({
    viewport: WIDE,
    baseURL: server.url,
    locale: 'en-GB',
    reducedMotion: 'reduce',
    ...options,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  const complaints: string[] = [];
  const expected = new Set<number>();
  page.on('pageerror', (error) => complaints.push(`script error: ${error.message}`));
  // Chromium writes violations of the content security policy to the console too.
  page.on('console', (message) => {
    if (message.type() !== 'error') return;
    const status = Number(/status of (\d{3})/.exec(message.text())?.[1]);
    if (!expected.has(status)) complaints.push(`console: ${message.text()}`);
  });
  return {
    page,
    complaints,
    expect: (status) => {
      expected.add(status);
    },
    close: () => context.close(),
  };
}

/** Signs in as a new person with an organization of their own, which is empty. */
export async function register(page: Page, name: string): Promise<void> {
  await page.goto('/register');
  await page.getByLabel('Your name').fill(name);
  await page.getByLabel('Organization').fill(`${name} and friends`);
  await page.getByLabel('E-mail address').fill(`${name.toLowerCase()}.${Date.now()}@example.org`);
  await page.getByLabel('Password', { exact: true }).fill('correct horse battery staple');
  await page.getByRole('button', { name: 'Make the account' }).click();
  await page.getByRole('heading', { name: 'Welcome. Begin with a document.' }).waitFor();
}

export interface Upload {
  readonly name: string;
  readonly text: string;
}

/** Chooses files as a person does, through the button of the library. */
export async function upload(page: Page, files: readonly Upload[]): Promise<void> {
  await page
    .locator('input[data-file-picker]')
    .first()
    .setInputFiles(
      files.map(({ name, text }) => ({
        name,
        mimeType: 'application/octet-stream',
        buffer: Buffer.from(text),
      })),
    );
}

/** The row of a document in the library. */
export function row(page: Page, title: string) {
  return page.getByRole('list', { name: 'Documents' }).getByRole('listitem').filter({ hasText: title });
}

/** The sample library is read while people look at it already; waits until all of it can be searched. */
export async function waitForSamples(page: Page): Promise<void> {
  // They come one after the other: that nothing is moving now does not mean that all are there. Asked from out here,
  // because `waitForFunction` takes the promise of an asynchronous predicate for its answer.
  while ((await page.evaluate(countReadySources)) < SAMPLES.documents.length) await page.waitForTimeout(250);
}

async function countReadySources(): Promise<number> {
  const answer = await fetch('/api/v1/library/sources?status=ready&limit=100');
  const body: { items: unknown[] } = await answer.json();
  return body.items.length;
}
