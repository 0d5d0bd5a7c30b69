import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** A folder of published test data beside the checkout, or undefined: these data are not part of the project. */
export function sharedData(name: string): string | undefined {
  const path = fileURLToPath(new URL(`../../../../shared/data/${name}`, import.meta.url));
  return existsSync(path) ? path : undefined;
}
