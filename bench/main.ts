import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Context, Fixtures, type Part } from './context.ts';
import { describeMachine } from './machine.ts';
import { http } from './parts/http.ts';
import { ingest } from './parts/ingest.ts';
import { searchLatency } from './parts/search-latency.ts';
import { searchQuality } from './parts/search-quality.ts';
import { semantic } from './parts/semantic.ts';
import { startup } from './parts/startup.ts';
import { tenancy } from './parts/tenancy.ts';
import { uploadMemory } from './parts/upload-memory.ts';
import { type DatabaseKind, Postgres } from './place.ts';
import { meetsGoal, type PartResult, type Report, toMarkdown } from './report.ts';

// `npm run bench -- [part…] [options]`: measures, prints a table, and keeps JSON in bench/results.

const PARTS: readonly Part[] = [
  startup,
  uploadMemory,
  ingest,
  http,
  tenancy,
  semantic,
  searchLatency,
  searchQuality,
];
const RESULTS = fileURLToPath(new URL('./results/', import.meta.url));

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    database: { type: 'string', multiple: true, default: ['embedded', 'postgres'] },
    scale: { type: 'string', default: '1' },
    peer: { type: 'string' },
    'peer-token': { type: 'string', default: '' },
    'peer-ids': { type: 'string', default: '' },
    help: { type: 'boolean', default: false },
  },
});
const unknown = positionals.filter((name) => !PARTS.some((part) => part.name === name));
if (values.help || unknown.length > 0) {
  if (unknown.length > 0) console.error(`There is no part ${unknown.join(', ')}.`);
  console.error(
    'npm run bench -- [part…] [--database embedded|postgres]… [--scale 0.1] [--peer URL --peer-token TOKEN --peer-ids FILE]',
  );
  for (const { name, about } of PARTS) console.error(`  ${name.padEnd(16)}${about}`);
  process.exit(values.help ? 0 : 2);
}
process.exitCode = (await bench()) ? 0 : 1;

/** Resolves to whether every goal was met and every part ran. */
async function bench(): Promise<boolean> {
  const machine = describeMachine();
  const postgres = new Postgres();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      postgres.close();
      process.exit(130);
    });
  }
  const fixtures = new Fixtures(postgres);
  const context: Context = {
    postgres,
    databases: databases(postgres),
    scale: Number(values.scale),
    peer: values.peer
      ? { origin: values.peer, token: values['peer-token'], idsFile: values['peer-ids'] }
      : undefined,
    open: (kind) => fixtures.open(kind),
    library: (kind) => fixtures.library(kind),
  };
  const parts: PartResult[] = [];
  let broken = 0;
  try {
    for (const part of PARTS.filter(({ name }) => positionals.length === 0 || positionals.includes(name))) {
      console.error(`${part.name}: ${part.about}`);
      try {
        parts.push(await part.run(context));
      } catch (error) {
        broken += 1;
        parts.push({
          part: part.name,
          figures: [],
          notes: [`broke off: ${error instanceof Error ? error.message : error}`],
        });
      }
    }
  } finally {
    await fixtures.close();
  }
  const report: Report = { at: new Date().toISOString(), commit: commit(), machine, parts };
  console.log(toMarkdown(report));
  console.error(`written to ${keep(report)}`);
  return broken === 0 && parts.every(({ figures }) => figures.every((figure) => meetsGoal(figure) !== false));
}

function databases(postgres: Postgres): readonly DatabaseKind[] {
  const wanted = values.database;
  const kinds: DatabaseKind[] = [];
  if (wanted.includes('embedded')) kinds.push('embedded');
  if (wanted.includes('postgres') && postgres.url) kinds.push('postgres');
  return kinds;
}

function keep(report: Report): string {
  mkdirSync(RESULTS, { recursive: true });
  const path = `${RESULTS}${report.at.replaceAll(':', '-')}.json`;
  writeFileSync(path, `${JSON.stringify(report, null, 2)}\n`);
  return path;
}

function commit(): string {
  try {
    return execFileSync('git', ['describe', '--always', '--dirty'], { encoding: 'utf8' }).trim();
  } catch {
    return 'unknown';
  }
}
