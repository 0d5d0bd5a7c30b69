import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { SETTINGS } from '../server/platform/config/index.ts';

// Writes `.env.example` and `docs/settings.md` from the settings' schema; with --check says whether they are fresh.

const FROM = "Generated from the settings' schema by `npm run env-example`.";
const settings = Object.entries(SETTINGS);

/** Every setting with its documentation and its default, commented out: an unchanged copy changes nothing. */
export function envExample(): string {
  const blocks = settings.map(
    ([name, field]) => `# ${field.doc}${field.secret ? ' Secret.' : ''}\n#${name}=${field.example}\n`,
  );
  return [`# Copy to .env and change what you need. ${FROM}\n`, ...blocks].join('\n');
}

/** The same as a page of the documentation. */
export function settingsPage(): string {
  const rows = settings.map(([name, field]) => {
    const fallback = field.example === '' ? '' : `\`${field.example}\``;
    return `| \`${name}\` | ${fallback} | ${field.doc.replaceAll('|', '\\|')}${field.secret ? ' Secret.' : ''} |`;
  });
  const head = [
    '# Settings',
    'Environment variables, or lines of `.env` in the folder where the server starts; the environment wins. All problems',
    'are reported at once, and the server starts with none. Secrets are never printed or logged.',
  ];
  return `${head[0]}\n\n${head.slice(1).join('\n')}\n${FROM}\n\n| setting | default | meaning |\n|---|---|---|\n${rows.join('\n')}\n`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const generated = { '.env.example': envExample(), 'docs/settings.md': settingsPage() };
  for (const [name, text] of Object.entries(generated)) {
    const file = new URL(`../${name}`, import.meta.url);
    if (!process.argv.includes('--check')) {
      writeFileSync(file, text);
    } else if (!existsSync(file) || readFileSync(file, 'utf8') !== text) {
      console.error(`${name} is not what the schema says: run \`npm run env-example\` and commit it.`);
      process.exitCode = 1;
    }
  }
}
