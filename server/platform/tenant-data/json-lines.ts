import { Readable } from 'node:stream';
import type { ArchiveFile } from './port.ts';

/** Rows that are fetched at once, where they are small. */
const PAGE = 500;

/**
 * A file with one JSON object a line, page by page: `page` gives at most `limit` rows after the last one that it gave, and
 * nothing once there are no more.
 */
export function jsonLines<Row extends object>(
  path: string,
  page: (last: Row | undefined, limit: number) => Promise<readonly Row[]>,
  view: (row: Row) => object = (row) => row,
  pageSize = PAGE,
): ArchiveFile {
  async function* lines(): AsyncGenerator<string> {
    let last: Row | undefined;
    do {
      const rows = await page(last, pageSize);
      if (rows.length > 0) yield `${rows.map((row) => JSON.stringify(view(row))).join('\n')}\n`;
      last = rows.length < pageSize ? undefined : rows.at(-1);
    } while (last !== undefined);
  }
  return { path, open: async () => Readable.from(lines()) };
}

/** A file with one JSON value. */
export function jsonFile(path: string, value: () => Promise<object>): ArchiveFile {
  return { path, open: async () => Readable.from([`${JSON.stringify(await value(), null, 2)}\n`]) };
}
