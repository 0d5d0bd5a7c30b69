import { AppError } from '../../kernel/errors.ts';

/**
 * The version that the caller has seen, from `If-Match: "<version>"` (RFC 9110, 13.1.1). Throws
 * `request.if_match_required` (428) where it is missing and `request.invalid_if_match` (400).
 */
export function expectedVersion(ifMatch: string | undefined): number {
  if (ifMatch === undefined) {
    throw new AppError({
      kind: 'precondition_required',
      code: 'request.if_match_required',
      safeMessage: 'Send If-Match with the version that you have seen, for example If-Match: "3".',
    });
  }
  const version = /^(?:W\/)?"(\d{1,9})"$/.exec(ifMatch)?.[1];
  if (!version)
    throw new AppError({
      kind: 'malformed',
      code: 'request.invalid_if_match',
      safeMessage: 'If-Match must be a version in quotes, for example "3".',
    });
  return Number(version);
}
