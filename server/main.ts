import { existsSync } from 'node:fs';
import { loadEnvFile } from 'node:process';
import { describeFailure } from './cli/failure.ts';
import { createProgram } from './cli/program.ts';
import { createTerminal } from './cli/terminal.ts';
import { loadConfig } from './platform/config/index.ts';

if (existsSync('.env')) loadEnvFile('.env');

// Whoever reads our output may stop reading (`| head`): nobody is left to print for.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

const terminal = createTerminal(process);
try {
  const program = createProgram({
    environment: process.env,
    loadConfig: () => loadConfig(process.env),
    args: process.argv.slice(2),
    terminal,
  });
  await program.parseAsync();
  await exit(0);
} catch (error) {
  const { message, exitCode } = describeFailure(error);
  if (message !== null) terminal.printError(message);
  await exit(exitCode);
}

/** Ends the process, whatever still runs, once everything printed has left it: a pipe takes 64 kB at a time. */
async function exit(code: number): Promise<never> {
  for (const stream of [process.stdout, process.stderr]) {
    await new Promise<void>((resolve) => void stream.write('', () => resolve()));
  }
  process.exit(process.exitCode ?? code);
}
