import { execFileSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Api } from './api.ts';
import { type Outcome, outcomeOf, READER_BYTES, stillWorks } from './outcomes.ts';
import { ChildMemory, canWatchMemory } from './processes.ts';
import { Product, scratchFolder } from './product.ts';
import { sharedData } from './shared-data.ts';

/** From the answer to a terminal state: 25 s for the reader by default, the rest for what the machine does besides. */
const LIMIT_MS = 35_000;

let folder: Awaited<ReturnType<typeof scratchFolder>>;
let product: Product;
let api: Api;

beforeAll(async () => {
  folder = await scratchFolder();
  product = await Product.start({ dataDir: join(folder.path, 'data') });
  api = await Api.register(product.baseUrl);
}, 150_000);

afterAll(async () => {
  await product?.kill('SIGKILL');
  await folder?.remove();
});

describe.each(['hostile', 'pdfjs', 'poi-docx', 'epub'])(
  'every file of the published collection %s',
  (collection) => {
    it('ends with a reason, and the product goes on', async ({ skip }) => {
      const root = corpus(collection);
      if (root === undefined) return skip(`the collection ${collection} is not on this machine`);
      const memory = canWatchMemory ? new ChildMemory(product.pid) : undefined;
      const outcomes: Outcome[] = [];
      for (const name of readdirSync(root).toSorted()) {
        outcomes.push(await outcomeOf(api, { name, bytes: readFileSync(join(root, name)) }, LIMIT_MS));
        expect([name, product.running]).toEqual([name, true]);
      }
      expect(outcomes.length).toBeGreaterThan(20);
      expect(new Set(outcomes.map(({ end }) => end)).size).toBeGreaterThan(1);
      if (memory !== undefined) expect(memory.stop()).toBeLessThan(READER_BYTES);
      await stillWorks(product, api);
    });
  },
);

/** The hostile collection comes as a script that makes it, which needs Python. */
function corpus(name: string): string | undefined {
  const root = sharedData(name);
  if (root === undefined || name !== 'hostile') return root;
  const made = join(folder.path, 'hostile');
  cpSync(root, made, { recursive: true });
  try {
    execFileSync('python3', ['make.py'], { cwd: made, stdio: 'ignore' });
    return made;
  } catch {
    return undefined;
  }
}
