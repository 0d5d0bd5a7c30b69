import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import type { Command } from 'commander';
import { loadConfig } from '../platform/config/index.ts';
import type { Database, OpenedDatabase } from '../platform/db/index.ts';
import type { CommandContext } from './context.ts';

const HELP = `
Example:
  scriptorium openapi > openapi.json`;

export function addOpenApi(program: Command, context: CommandContext): void {
  program
    .command('openapi')
    .description('Print the OpenAPI document of the HTTP API as JSON')
    .addHelpText('after', HELP)
    .action(() => printOpenApi(context));
}

/**
 * Prints the OpenAPI 3.1 document of this version. The product is composed and never started, on default settings and a
 * database that nobody may ask: no folder, port, server or setting of the machine is needed or touched.
 */
async function printOpenApi(context: CommandContext): Promise<void> {
  const { compose } = await import('../app/compose.ts');
  const { createLogger } = await import('../platform/logging/index.ts');
  const config = loadConfig({
    LOG_LEVEL: 'silent',
    DATA_DIR: tmpdir(),
    SECRET_KEY: randomBytes(32).toString('hex'),
  });
  const app = await compose(config, { logger: createLogger('silent'), opened: withoutDatabase() });
  await app.http.ready();
  context.terminal.printJson(app.http.swagger());
  await app.http.close();
}

function withoutDatabase(): OpenedDatabase {
  const refuse = async (): Promise<never> => {
    throw new Error('composing the product must not ask the database');
  };
  const database: Database = {
    kind: 'embedded',
    uow: { read: refuse, write: refuse },
    admin: { execute: refuse },
    executor: () => ({ execute: refuse }),
    listen: refuse,
    close: async () => undefined,
  };
  return { database, migrations: [], close: async () => undefined };
}
