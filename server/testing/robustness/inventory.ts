import { existsSync, readdirSync, utimesSync } from 'node:fs';
import { join, relative } from 'node:path';

/** Every file below a folder of the local storage, as keys: what is half written counts too. */
export function filesOnDisk(root: string): string[] {
  if (!existsSync(root)) return [];
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .toSorted();
}

/** Sets the time of every file to the day before yesterday. */
export function makeOld(root: string): void {
  const time = new Date(Date.now() - 48 * 3_600_000);
  for (const key of filesOnDisk(root)) utimesSync(join(root, key), time, time);
}
