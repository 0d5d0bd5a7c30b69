import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findFiles, inBatches } from './ingest.files.ts';

describe('finding files', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'scriptorium-files-'));
    await mkdir(join(folder, 'notes', '.git'), { recursive: true });
    await mkdir(join(folder, 'notes', 'deep', 'er'), { recursive: true });
    await mkdir(join(folder, 'elsewhere'));
    for (const path of [
      'notes/b.md',
      'notes/a.TXT',
      'notes/deep/er/c.pdf',
      'notes/.hidden.md',
      'notes/photo.png',
      'elsewhere/secret.md',
    ]) {
      await writeFile(join(folder, path), path);
    }
    await writeFile(join(folder, 'notes', '.git', 'HEAD.txt'), 'hidden with its folder');
    await symlink(join(folder, 'elsewhere'), join(folder, 'notes', 'way-out'));
    await symlink(join(folder, 'elsewhere', 'secret.md'), join(folder, 'notes', 'secret.md'));
    await symlink(join(folder, 'notes'), join(folder, 'notes', 'deep', 'circle'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  test('walks a folder in order, names files from it, and counts what it passes over', async () => {
    const { files, skipped } = await findFiles([join(folder, 'notes')]);
    expect(files.map(({ name }) => name)).toEqual(['notes/a.TXT', 'notes/b.md', 'notes/deep/er/c.pdf']);
    expect(skipped).toEqual({ hidden: 2, unsupported: 1, links: 3, unreadable: 0 });
  });

  test('a file that is named itself is taken whatever it is called, and each file once', async () => {
    const { files, skipped } = await findFiles([
      join(folder, 'notes', 'photo.png'),
      join(folder, 'notes', 'b.md'),
      join(folder, 'notes'),
    ]);
    expect(files.map(({ name, size }) => [name, size])).toEqual([
      ['photo.png', 15],
      ['b.md', 10],
      ['notes/a.TXT', 11],
      ['notes/deep/er/c.pdf', 19],
    ]);
    expect(skipped.unsupported).toBe(1);
  });

  test('a link that is named itself is followed, under its own name', async () => {
    const { files } = await findFiles([join(folder, 'notes', 'way-out')]);
    expect(files.map(({ name }) => name)).toEqual(['way-out/secret.md']);
  });

  test('names of the current folder begin with what it is called', async () => {
    const { files } = await findFiles([`${folder}/elsewhere/.`]);
    expect(files.map(({ name }) => name)).toEqual(['elsewhere/secret.md']);
  });

  test('a path that is not there is wrong use', async () => {
    await expect(findFiles([join(folder, 'nowhere')])).rejects.toMatchObject({ exitCode: 2 });
  });
});

test('batches hold every file once, in order, and no more than an upload should', () => {
  const sizes = fc.array(fc.integer({ min: 0, max: 50_000_000 }), { maxLength: 400 });
  fc.assert(
    fc.property(sizes, (bytes) => {
      const files = bytes.map((size, index) => ({ path: `/${index}`, name: `${index}`, size }));
      const batches = inBatches(files);
      expect(batches.flat()).toEqual(files);
      for (const batch of batches) {
        expect(batch.length).toBeGreaterThan(0);
        expect(batch.length).toBeLessThanOrEqual(100);
        if (batch.length > 1)
          expect(batch.reduce((sum, { size }) => sum + size, 0)).toBeLessThanOrEqual(32_000_000);
      }
    }),
  );
});
