/** What a check found. `mend` says what to do, in words or as a command. */
export interface Finding {
  readonly name: string;
  readonly status: 'ok' | 'warn' | 'fail' | 'skip';
  readonly message: string;
  readonly mend?: string;
}

export function ok(name: string, message: string): Finding {
  return { name, status: 'ok', message };
}

export function warn(name: string, message: string, mend: string): Finding {
  return { name, status: 'warn', message, mend };
}

export function fail(name: string, message: string, mend: string): Finding {
  return { name, status: 'fail', message, mend };
}

export function skip(name: string, message: string): Finding {
  return { name, status: 'skip', message };
}

/** `fail` from what was thrown. */
export function failed(name: string, error: unknown, mend: string): Finding {
  return fail(name, reasonOf(error), mend);
}

/** A connection that is refused on every address has its reasons inside, and no message of its own. */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  if (!(error instanceof Error)) return String(error);
  return error.message || ('code' in error ? String(error.code) : error.name);
}
