import type { Command } from 'commander';
import { SETTINGS } from '../platform/config/index.ts';
import { EXIT } from './command-error.ts';
import type { CommandContext } from './context.ts';
import type { Finding } from './doctor.findings.ts';
import { oneLine, type Terminal } from './terminal.ts';

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
  const { examine } = await import('./doctor.examine.ts');
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
