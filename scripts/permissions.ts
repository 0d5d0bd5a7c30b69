/**
 * Writes `docs/security/permissions.md` from the table that tests hold the product to.
 *
 *   node scripts/permissions.ts           write it
 *   node scripts/permissions.ts --check   exit 1 when the committed page differs from the table
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Confined, PERMISSIONS, type Permission } from '../server/app/permissions.ts';
import { ROLES } from '../server/kernel/actor.ts';

const target = fileURLToPath(new URL('../docs/security/permissions.md', import.meta.url));

const HEAD = `# Permissions

Who may call which operation of the API, generated from [the table](../../server/app/permissions.ts) by
\`npm run permissions\`. A test tries every operation with every kind of caller, with what is theirs, what belongs to
another organization and what does not exist, and fails where the server answers otherwise or an operation is missing.

- Roles include those below them: ${[...ROLES].map((role) => `**${role}**`).join(' › ')}. What a role may do *with one thing* (edit it, remove
  another member) is decided by the service behind the operation.
- An **API key** does what its person may and its scope names; \`—\`: no key may.
- **operator**: whoever runs the instance, by \`X-Admin-Secret\` or marked as one. Operators see no tenant's documents.
- Whoever is not signed in gets 401, whose role or key is not enough 403; what is another organization's is not found: 404.
`;

const CONFINED = `
## Through an identity provider
Whoever runs an identity provider can sign in as anybody whom it knows. So somebody who came through one that does not open everything
([signing in](../sign-in/README.md#what-a-sign-in-opens)) has less of the account, which is more than one organization's. All other
operations are about the organization that the sign-in opened, and the role there decides.
| operation | what is left |
|---|---|
`;

const LEFT: Readonly<Record<Confined, string>> = {
  open: 'all: it is about this session or organization',
  narrowed: 'what the sign-in opened; the rest is not there',
  alone: 'all while they belong to nothing else; then it needs their password, or a sign-in of their own',
  proof: 'it needs their password or code',
  refused: 'nothing: it needs a sign-in of their own',
};

const pages: readonly (readonly [
  title: string,
  is: (operation: string, permission: Permission) => boolean,
])[] = [
  ['Without signing in', (_, { kind }) => kind === 'public'],
  ['Oneself', (path, { kind }) => kind === 'role' && /^(\/auth|\/api-keys|\/features)/.test(path)],
  [
    'The organization',
    (path, { kind }) => kind === 'role' && /^\/(organizations|invitations|audit-events)/.test(path),
  ],
  ['Operators', (_, { kind }) => kind === 'operator'],
];

const wanted = render();
if (!process.argv.includes('--check')) writeFileSync(target, wanted);
else if (readFileSync(target, 'utf8') !== wanted) {
  console.error('docs/security/permissions.md is older than the table. Run `npm run permissions`.');
  process.exitCode = 1;
}

function render(): string {
  const left = new Map(Object.entries(PERMISSIONS));
  const sections = pages.map(([title, is]) => section(title, take(left, is)));
  // Domains of the product, as they come.
  sections.splice(3, 0, section('Content', [...left]));
  return `${HEAD}${sections.join('')}${confined()}`;
}

type Row = readonly [operation: string, permission: Permission];

function take(left: Map<string, Permission>, is: (path: string, permission: Permission) => boolean): Row[] {
  const rows = [...left].filter(([operation, permission]) => is(operation.split(' ')[1] ?? '', permission));
  for (const [operation] of rows) left.delete(operation);
  return rows;
}

function section(title: string, rows: readonly Row[]): string {
  const lines = rows.map(([operation, permission]) => `| \`${operation}\` | ${cells(permission)} |`);
  return `\n## ${title}\n| operation | who | API key |\n|---|---|---|\n${lines.join('\n')}\n`;
}

function confined(): string {
  const lines = Object.entries(PERMISSIONS).flatMap(([operation, permission]) =>
    permission.kind === 'role' && permission.confined !== undefined
      ? [`| \`${operation}\` | ${LEFT[permission.confined]} |\n`]
      : [],
  );
  return `${CONFINED}${lines.join('')}`;
}

function cells(permission: Permission): string {
  switch (permission.kind) {
    case 'public':
      return `everybody: ${permission.because} | —`;
    case 'operator':
      return 'operator | —';
    case 'role': {
      const { minimum, scope } = permission;
      return `${minimum} | ${scope === null ? '—' : scope === 'any' ? 'any' : `\`${scope}\``}`;
    }
  }
}
