/**
 * Sends a running product what nobody should send: every operation of its OpenAPI document, each place of a request broken.
 *
 *   npm run fuzz                                        5,000 cases on the embedded database
 *   npm run fuzz -- --runs 100000 --database postgres   on the server behind TEST_DATABASE_URL
 *   npm run fuzz -- --seed 7 --operation "POST /ask"    the same cases again, of one operation
 *
 * Prints a table of operations, each finding with its request as a curl line, and `N cases, M findings`; exit code 1 on any.
 */
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { PERMISSIONS } from '../server/app/permissions.ts';
import { runCampaign } from '../server/testing/fuzz/campaign.ts';
import { startProduct } from '../server/testing/fuzz/product.ts';
import type { Finding, OperationCount } from '../server/testing/fuzz/report.ts';
import { toCurl } from '../server/testing/fuzz/wire.ts';
import { REQUESTS } from '../server/testing/isolation/requests.ts';

const MOST_SHOWN = 2_000;
const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '5000' },
    seed: { type: 'string', default: String(randomInt(2 ** 31)) },
    database: { type: 'string', default: 'embedded' },
    operation: { type: 'string' },
  },
});
const { database } = values;
const runs = wholeNumber('runs', values.runs);
const seed = wholeNumber('seed', values.seed);
if (database !== 'embedded' && database !== 'postgres') fail(`There is no database ${database}.`);

const from = performance.now();
const target = await startProduct(database);
try {
  let told = 0;
  const report = await runCampaign({
    target,
    permissions: PERMISSIONS,
    requests: REQUESTS,
    runs,
    seed,
    only: values.operation,
    onProgress: (cases, findings) => {
      for (const { operation, kind } of findings.slice(told)) console.error(`found: ${operation}  ${kind}`);
      told = findings.length;
      if (cases % 1_000 === 0) console.error(`${cases} cases, ${told} findings, ${seconds()} s`);
    },
  });
  table(report.operations);
  for (const [name, times] of report.unexplained)
    console.log(`note: ${name} changed in the background ${times} times`);
  // Last, where the end of a long output is all that is kept.
  for (const finding of report.findings) show(finding);
  console.log(`\nseed ${seed}, ${database} database, ${seconds()} s`);
  console.log(`${report.cases} cases, ${report.findings.length} findings`);
  process.exitCode = report.findings.length === 0 && report.cases > 0 ? 0 : 1;
} finally {
  await target.close();
}

function show({ operation, kind, what, caller, request, run, hits }: Finding): void {
  console.log(`\nFINDING  ${operation}  ${kind}  (${hits} times)\n  ${what}`);
  if (caller !== undefined) console.log(`  by: ${caller}`);
  if (request) console.log(`  ${short(toCurl(target.url, request))}`);
  if (run !== undefined)
    console.log(`  npm run fuzz -- --seed ${seed} --operation "${operation}" --runs ${run + 1}`);
}

function short(line: string): string {
  return line.length <= MOST_SHOWN ? line : `${line.slice(0, MOST_SHOWN)}… (${line.length} characters)`;
}

function table(operations: readonly OperationCount[]): void {
  const width = Math.max(...operations.map(({ operation }) => operation.length));
  console.log(`\n${'operation'.padEnd(width)}  cases    2xx    3xx    4xx  slowest`);
  for (const { operation, cases, answers, slowestMs } of operations) {
    const columns = [cases, ...['2xx', '3xx', '4xx'].map((digit) => answers[digit] ?? 0)];
    const figures = columns.map((figure) => String(figure).padStart(5)).join('  ');
    console.log(`${operation.padEnd(width)}  ${figures}  ${String(Math.round(slowestMs)).padStart(4)} ms`);
  }
}

function seconds(): number {
  return Math.round((performance.now() - from) / 1000);
}

function wholeNumber(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) fail(`--${name} takes a whole number, not ${text}.`);
  return value;
}

function fail(message: string): never {
  console.error(message);
  process.exit(2);
}
