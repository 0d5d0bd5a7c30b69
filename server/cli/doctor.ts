import type { Command } from 'commander';
import { checkModels } from '../platform/ai/index.ts';
import { type Config, ConfigError, SETTINGS } from '../platform/config/index.ts';
import { EXIT } from './command-error.ts';
import type { CommandContext } from './context.ts';
import { checkDatabase } from './doctor.database.ts';
import { type Finding, fail, ok } from './doctor.findings.ts';
import {
  checkAddress,
  checkConsole,
  checkFolder,
  checkNode,
  checkParser,
  checkRedis,
  checkSpace,
  checkStorage,
  holderOf,
} from './doctor.machine.ts';
import { oneLine, type Terminal } from './terminal.ts';

const MODEL_TIMEOUT_MS = 20_000;
const SHORTEST_SECRET = 4;

const HELP = `
Looks at everything that the product needs and changes nothing, also beside a running server. Exit code 1 when something
fails; a warning is none. Secrets are never printed.

Examples:
  scriptorium doctor
  scriptorium doctor --json | jq '.findings[] | select(.status != "ok")'`;

export function addDoctor(program: Command, context: CommandContext): void {
  program
    .command('doctor')
    .description('Check everything and say how to mend it')
    .option('--json', 'the findings as JSON')
    .addHelpText('after', HELP)
    .action((options: { readonly json?: boolean }) => doctor(context, options));
}

async function doctor(context: CommandContext, options: { readonly json?: boolean }): Promise<void> {
  const { terminal } = context;
  const secrets = secretsOf(context.environment);
  const findings: Finding[] = [];
  for await (const found of examine(context)) {
    const finding = withoutSecrets(found, secrets);
    findings.push(finding);
    if (!options.json) printFinding(terminal, finding);
  }
  const healthy = findings.every(({ status }) => status !== 'fail');
  if (options.json) terminal.printJson({ ok: healthy, findings });
  process.exitCode = healthy ? EXIT.done : EXIT.failed;
}

async function* examine(context: CommandContext): AsyncGenerator<Finding> {
  yield checkNode(process.version);
  let config: Config;
  try {
    config = context.loadConfig();
    yield ok('settings', config.production ? 'usable, for production' : 'usable, for development');
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const problem of error.problems)
      yield fail('settings', problem, 'Mend it in the environment or in .env: see docs/settings.md.');
    return;
  }
  const holder = await holderOf(config);
  yield await checkFolder(config, holder);
  yield await checkSpace(config);
  yield* await checkDatabase(config, holder);
  yield await checkStorage(config);
  yield await checkRedis(config);
  yield await checkParser(config);
  yield* await checkAi(config);
  yield checkConsole();
  yield await checkAddress(config, holder);
}

async function checkAi({ ai }: Config): Promise<readonly Finding[]> {
  const checks = await checkModels(ai, Math.min(MODEL_TIMEOUT_MS, ai.timeoutSeconds * 1000));
  if (checks.length === 0)
    return [ok('models', 'none set: answers are extracts, vectors are learned from the library')];
  return checks.map(({ role, model, ok: answered, message }) =>
    answered
      ? ok(`model for ${role}`, `${model} ${message}`)
      : fail(
          `model for ${role}`,
          `${model}: ${message}`,
          `Check AI_${role.toUpperCase()}, the address and the key of its provider.`,
        ),
  );
}

const MARKS = { ok: ['✓', 'green'], warn: ['!', 'yellow'], fail: ['✗', 'red'], skip: ['–', 'dim'] } as const;

function printFinding(terminal: Terminal, { name, status, message, mend }: Finding): void {
  const [mark, color] = MARKS[status];
  terminal.print(`${terminal.style(color, mark)} ${name.padEnd(16)} ${oneLine(message)}`);
  if (mend !== undefined) terminal.print(`${' '.repeat(19)}→ ${oneLine(mend)}`);
}

/** Values of secret settings, and passwords inside of addresses: what a driver or a server repeats in an error must not be shown. */
function secretsOf(environment: CommandContext['environment']): readonly string[] {
  const values = Object.entries(SETTINGS).flatMap(([name, setting]) =>
    setting.secret ? (environment[name] ?? []) : [],
  );
  const passwords = values.flatMap((value) => (URL.canParse(value) ? [new URL(value).password] : []));
  return [...values, ...passwords, ...passwords.map(decodeURIComponent)].filter(
    (secret) => secret.length >= SHORTEST_SECRET,
  );
}

function withoutSecrets(finding: Finding, secrets: readonly string[]): Finding {
  const message = secrets.reduce((text, secret) => text.replaceAll(secret, '…'), finding.message);
  return { ...finding, message };
}
