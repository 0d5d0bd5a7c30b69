import { readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { SETTINGS } from '../server/platform/config/index.ts';

// Writes `.env.example` from the settings' schema; with --check says whether the file is what it would write.

const FILE = new URL('../.env.example', import.meta.url);

/** Every setting with its documentation and its default, commented out: an unchanged copy changes nothing. */
export function envExample(): string {
  const settings = Object.entries(SETTINGS).map(([name, field]) => {
    const secret = field.secret ? ' Secret.' : '';
    return `# ${field.doc}${secret}\n#${name}=${field.example}\n`;
  });
  const head =
    "# Copy to .env and change what you need. Generated from the settings' schema by `npm run env-example`.\n";
  return [head, ...settings].join('\n');
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  if (!process.argv.includes('--check')) {
    writeFileSync(FILE, envExample());
  } else if (readFileSync(FILE, 'utf8') !== envExample()) {
    console.error('.env.example is not what the schema says: run `npm run env-example` and commit it.');
    process.exitCode = 1;
  }
}
