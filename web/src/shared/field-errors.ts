import { ProblemError } from '../../../client/index.ts';

/**
 * What a refusal says about single fields, by the names that forms know them by: `/webhook/format` is `webhook.format`.
 * Empty where it concerns no field.
 */
export function fieldErrors(error: Error): Record<string, string> {
  if (!(error instanceof ProblemError)) return {};
  return Object.fromEntries(
    error.errors
      .filter(({ path }) => path.startsWith('/') && path.length > 1)
      .map(({ path, message }) => [path.slice(1).replaceAll('/', '.'), sentence(message)]),
  );
}

function sentence(message: string): string {
  return message.startsWith('must ') ? `This ${message}` : message;
}
