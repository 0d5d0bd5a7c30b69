import { type DestinationStream, type Logger, pino } from 'pino';

export type { Logger } from 'pino';

/** Whatever may carry a credential, at any of the depths that we log. */
const SECRETS = [
  'password',
  'token',
  'accessToken',
  'refreshToken',
  'csrfToken',
  'secret',
  'apiKey',
  'authorization',
  'cookie',
  'url.password',
  'headers.authorization',
  'headers.cookie',
  'headers["x-admin-secret"]',
  'headers["x-csrf-token"]',
].flatMap((path) => [path, `*.${path}`]);

/** JSON lines on standard error: standard output belongs to what a command prints for people and programs. */
export function createLogger(
  level: string,
  destination: DestinationStream = pino.destination({ fd: 2, sync: false }),
): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: SECRETS, censor: '[redacted]' },
      serializers: { err: describeError, error: describeError },
    },
    destination,
  );
}

/** An error as a log line shows it: message, code, stack and cause, without the fields that drivers hang on (queries, parameters). */
function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  return {
    name: error.name,
    message: error.message,
    code: 'code' in error ? error.code : undefined,
    stack: error.stack,
    cause: error.cause === undefined ? undefined : describeError(error.cause),
  };
}
