import { CommanderError } from 'commander';
import { ProblemError } from '../../client/index.ts';
import { isAppError } from '../kernel/errors.ts';
import { ConfigError } from '../platform/config/index.ts';
import { CommandError, EXIT, type ExitCode } from './command-error.ts';
import { oneLine } from './terminal.ts';

export interface Failure {
  /** For standard error; null where it was said already. */
  readonly message: string | null;
  readonly exitCode: ExitCode;
}

/** Errors whose message is written for people. By name: their classes would bring the database drivers with them. */
const COMPLETE: ReadonlySet<string> = new Set(['FolderInUseError', 'MigrationError']);

/** What a person can act on; a stack only for what nobody foresaw. */
export function describeFailure(error: unknown): Failure {
  if (error instanceof CommandError) return { message: error.message, exitCode: error.exitCode };
  // Commander has printed its help or what is wrong by itself.
  if (error instanceof CommanderError)
    return { message: null, exitCode: error.exitCode === 0 ? EXIT.done : EXIT.usage };
  if (error instanceof ConfigError) return { message: error.message, exitCode: EXIT.settings };
  return { message: sentenceFor(error), exitCode: EXIT.failed };
}

function sentenceFor(error: unknown): string {
  if (isAppError(error)) return error.safeMessage;
  if (error instanceof ProblemError) return problemSentence(error);
  if (!(error instanceof Error)) return String(error);
  if (COMPLETE.has(error.name)) return error.message;
  if ('code' in error && error.code === 'EADDRINUSE') {
    return `The address is in use already (${error.message}). Set PORT to another one.`;
  }
  if (isConnectionFailure(error)) {
    return `The database cannot be reached (${error.message || error.code}). Run: scriptorium doctor`;
  }
  return error.stack ?? error.message;
}

function problemSentence(error: ProblemError): string {
  const trace = error.requestId === undefined || error.status < 500 ? '' : ` (request ${error.requestId})`;
  return `${oneLine(error.message)}${trace}`;
}

function isConnectionFailure(error: Error): error is Error & { readonly code: string } {
  const code = 'code' in error ? String(error.code) : '';
  return ['ECONNREFUSED', 'ENOTFOUND', 'EHOSTUNREACH', 'ETIMEDOUT', '28P01', '28000', '3D000'].includes(code);
}
