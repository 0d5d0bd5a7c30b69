import { Command } from 'commander';
import type { Config } from '../platform/config/index.ts';
import { printOpenApi } from './openapi.ts';
import { runServer } from './serve.ts';

/** What a command needs from the world; `main.ts` fills it in. */
export interface CommandContext {
  readonly loadConfig: () => Config;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly print: (line: string) => void;
  readonly printError: (line: string) => void;
}

/** The command line. Exit codes: 0 done, 1 failed, 2 wrong use, 3 the settings are not usable. */
export function createProgram(context: CommandContext): Command {
  const program = new Command('scriptorium')
    .description('A self-hosted workshop for documents and AI')
    .version('0.1.0')
    .showHelpAfterError()
    .configureOutput({
      writeOut: (text) => context.print(text.trimEnd()),
      writeErr: (text) => context.printError(text.trimEnd()),
    });
  program
    .command('serve')
    .description('Serve the API and the console, and work on jobs')
    .option('--no-work', 'leave the jobs to worker processes')
    .action((options: { readonly work: boolean }) => runServer(context, { serve: true, work: options.work }));
  program
    .command('worker')
    .description('Work on jobs only, beside servers that share a PostgreSQL')
    .action(() => runServer(context, { serve: false, work: true }));
  program
    .command('openapi')
    .description('Print the OpenAPI document of the HTTP API as JSON')
    .action(() => printOpenApi(context));
  return program;
}
