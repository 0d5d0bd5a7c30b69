import type { Command } from 'commander';
import { EXIT } from './command-error.ts';
import type { CommandContext } from './context.ts';

const HELP = `
Servers migrate by themselves when they start. This is for installations where only this command may sign in as the
owner of the tables (DATABASE_MIGRATION_URL), and for a look before an upgrade.

Examples:
  scriptorium migrate --check      exit 1 when migrations are missing
  scriptorium migrate`;

export function addMigrate(program: Command, context: CommandContext): void {
  program
    .command('migrate')
    .description('Bring the database up to date')
    .option('--check', 'only say what is missing; exit 1 when something is')
    .option('--json', 'what was done as JSON')
    .addHelpText('after', HELP)
    .action((options: { readonly check?: boolean; readonly json?: boolean }) => migrate(context, options));
}

async function migrate(
  context: CommandContext,
  options: { readonly check?: boolean; readonly json?: boolean },
): Promise<void> {
  const { terminal } = context;
  const { migrateDatabase, pendingMigrations } = await import('../platform/db/index.ts');
  const { installQueue } = await import('../platform/queue/index.ts');
  const config = context.loadConfig();
  const names = options.check
    ? await pendingMigrations(config)
    : await migrateDatabase(config, [installQueue]);
  if (options.check && names.length > 0) process.exitCode = EXIT.failed;
  if (options.json) return terminal.printJson(options.check ? { missing: names } : { applied: names });
  for (const name of names) terminal.print(`${options.check ? 'missing' : 'applied'} ${name}`);
  if (names.length === 0) terminal.print('The database is up to date.');
}
