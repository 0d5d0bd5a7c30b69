import { type Command, Option } from 'commander';
import { instanceActor } from '../kernel/actor.ts';
import { isId } from '../kernel/ids.ts';
import { type ExportFormat, linesOf, type TrailVerification } from '../modules/audit/index.ts';
import { EXIT, wrongUse } from './command-error.ts';
import type { CommandContext } from './context.ts';
import { onInterrupt } from './interrupt.ts';
import { withProduct } from './product.ts';

interface TrailOptions {
  readonly organization?: string;
}

const ACTOR = instanceActor('command-line');
const HELP = `
These commands work on the database itself: on DATABASE_URL, or on DATA_DIR while no server holds it. They need the
SECRET_KEY of the server, and those that it had before in FORMER_SECRET_KEYS.

Examples:
  scriptorium audit verify                          exit 1 and the first broken place of each trail that was changed
  scriptorium audit verify --json > verified.json   what to keep elsewhere: later it shows that nothing was cut off
  scriptorium audit export --organization 0199c0de-0000-7000-8000-000000000001 --format csv > audit.csv`;

export function addAudit(program: Command, context: CommandContext): void {
  const audit = program
    .command('audit')
    .description('Verify and export the audit trails')
    .addHelpText('after', HELP);
  audit
    .command('verify')
    .description('Check that nothing was changed, removed or added; exit 1 when something was')
    .option('--organization <id>', 'only this one; default: the instance and every organization')
    .option('--json', 'what was found as JSON')
    .action((options: TrailOptions & { readonly json?: boolean }) => verify(context, options));
  audit
    .command('export')
    .description('Print a trail, oldest event first; the export is recorded in it')
    .option('--organization <id>', 'whose; default: the instance itself')
    .addOption(new Option('--format <format>', 'of the output').choices(['csv', 'jsonl']).default('jsonl'))
    .action((options: TrailOptions & { readonly format: ExportFormat }) => exportTrail(context, options));
}

async function verify(
  context: CommandContext,
  options: TrailOptions & { readonly json?: boolean },
): Promise<void> {
  const { terminal } = context;
  const organization = organizationOf(options);
  const interruption = onInterrupt(terminal);
  const trails: TrailVerification[] = [];
  try {
    await withProduct(context, async ({ modules }) => {
      for await (const trail of modules.audit.api.verifyAll(ACTOR, organization, interruption.signal)) {
        trails.push(trail);
        if (!options.json) terminal.print(lineOf(trail));
      }
    });
  } finally {
    interruption.stop();
  }
  const intact = trails.every(({ broken }) => broken === null);
  if (options.json) terminal.printJson({ intact, trails });
  if (!intact) process.exitCode = EXIT.failed;
}

function lineOf({ organizationId, events, lastSequence, lastHash, broken }: TrailVerification): string {
  const whose = organizationId ?? 'instance';
  return broken === null
    ? `whole   ${whose}  ${events} verified, last ${lastSequence} ${lastHash ?? ''}`.trimEnd()
    : `broken  ${whose}  at ${broken.sequence}: ${broken.reason}`;
}

async function exportTrail(
  context: CommandContext,
  options: TrailOptions & { readonly format: ExportFormat },
): Promise<void> {
  const organization = organizationOf(options) ?? null;
  await withProduct(context, async ({ modules }) => {
    const pages = await modules.audit.api.exportTrail(ACTOR, organization, options.format);
    await context.terminal.writeAll(linesOf(pages, options.format));
  });
}

function organizationOf({ organization }: TrailOptions): string | undefined {
  if (organization !== undefined && !isId(organization))
    throw wrongUse('--organization takes the id of an organization: scriptorium audit verify lists them.');
  return organization?.toLowerCase();
}
