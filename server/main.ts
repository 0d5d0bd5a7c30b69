import { existsSync } from 'node:fs';
import { loadEnvFile } from 'node:process';
import { createProgram } from './cli/program.ts';
import { isAppError } from './kernel/errors.ts';
import { ConfigError, loadConfig } from './platform/config/index.ts';
import { FolderInUseError, MigrationError } from './platform/db/index.ts';

if (existsSync('.env')) loadEnvFile('.env');

const print = (line: string) => void process.stdout.write(`${line}\n`);
const printError = (line: string) => void process.stderr.write(`${line}\n`);

// Whoever reads our output may stop reading (`| head`): nobody is left to print for.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

try {
  const program = createProgram({
    environment: process.env,
    loadConfig: () => loadConfig(process.env),
    print,
    printError,
  });
  await program.parseAsync();
  await exit(0);
} catch (error) {
  printError(sentenceFor(error));
  await exit(error instanceof ConfigError ? 3 : 1);
}

/** Ends the process, whatever still runs, once everything printed has left it: a pipe takes 64 kB at a time. */
async function exit(code: number): Promise<never> {
  for (const stream of [process.stdout, process.stderr]) {
    await new Promise<void>((resolve) => void stream.write('', () => resolve()));
  }
  process.exit(process.exitCode ?? code);
}

/** What a person can act on; a stack only for what we did not foresee. */
function sentenceFor(error: unknown): string {
  if (error instanceof ConfigError || error instanceof FolderInUseError || error instanceof MigrationError)
    return error.message;
  if (isAppError(error)) return error.safeMessage;
  if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
    return `The address is in use already (${error.message}). Set PORT to another one.`;
  }
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
