import { existsSync } from 'node:fs';
import { loadEnvFile } from 'node:process';
import { createProgram } from './cli/program.ts';
import { isAppError } from './kernel/errors.ts';
import { ConfigError, loadConfig } from './platform/config/index.ts';
import { FolderInUseError, MigrationError } from './platform/db/index.ts';

if (existsSync('.env')) loadEnvFile('.env');

const print = (line: string) => void process.stdout.write(`${line}\n`);
const printError = (line: string) => void process.stderr.write(`${line}\n`);

try {
  const program = createProgram({ environment: process.env, loadConfig: () => loadConfig(process.env), print, printError });
  await program.parseAsync();
  process.exit(process.exitCode ?? 0);
} catch (error) {
  printError(sentenceFor(error));
  process.exit(error instanceof ConfigError ? 3 : 1);
}

/** What a person can act on; a stack only for what we did not foresee. */
function sentenceFor(error: unknown): string {
  if (error instanceof ConfigError || error instanceof FolderInUseError || error instanceof MigrationError) return error.message;
  if (isAppError(error)) return error.safeMessage;
  if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
    return `The address is in use already (${error.message}). Set PORT to another one.`;
  }
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
