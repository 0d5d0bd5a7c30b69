/** What the process says by its exit code. */
export const EXIT = { done: 0, failed: 1, usage: 2, settings: 3, interrupted: 130 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Ends a command with a sentence for the person who typed it. */
export class CommandError extends Error {
  readonly exitCode: ExitCode;

  constructor(message: string, exitCode: ExitCode = EXIT.failed) {
    super(message);
    this.name = 'CommandError';
    this.exitCode = exitCode;
  }
}

/** The command was not used as it can be. */
export function wrongUse(message: string): CommandError {
  return new CommandError(message, EXIT.usage);
}
