import { AppError } from '../../kernel/errors.ts';
import type { ParseFailure } from './parsing/index.ts';

export function sourceNotFound(): AppError {
  return new AppError({
    kind: 'not_found',
    code: 'library.source_not_found',
    safeMessage: 'There is no such source.',
  });
}

export function versionNotFound(version: number): AppError {
  return new AppError({
    kind: 'not_found',
    code: 'library.version_not_found',
    safeMessage: `The source has no readable version ${version}.`,
  });
}

export function notReadableYet(): AppError {
  return new AppError({
    kind: 'conflict',
    code: 'library.not_readable_yet',
    safeMessage: 'The source has no readable version yet. Wait until it is ready, or see why it failed.',
  });
}

export function collectionNotFound(): AppError {
  return new AppError({
    kind: 'not_found',
    code: 'library.collection_not_found',
    safeMessage: 'There is no such collection.',
  });
}

export function nothingUploaded(): AppError {
  return new AppError({
    kind: 'invalid',
    code: 'library.no_file',
    safeMessage: 'The upload holds no file. Send at least one part named “file”.',
  });
}

export function cannotCancel(stage: string): AppError {
  return new AppError({
    kind: 'conflict',
    code: 'library.wrong_state',
    safeMessage: `A source that is ${stage} cannot be cancelled.`,
  });
}

export function stillProcessing(): AppError {
  return new AppError({
    kind: 'conflict',
    code: 'library.still_processing',
    safeMessage: 'The source is being processed already. Cancel that first, or wait until it ends.',
  });
}

export function alreadyInCollection(): AppError {
  return new AppError({
    kind: 'conflict',
    code: 'library.already_in_collection',
    safeMessage: 'The same file is in that collection already.',
  });
}

/** A file that was refused at the door: what it claims to be and what it is do not fit, or it is nothing that we read. */
export function refusedFile(failure: ParseFailure): AppError {
  const unsupported =
    failure.code === 'library.unsupported_format' || failure.code === 'library.type_mismatch';
  return new AppError({
    kind: unsupported ? 'unsupported_type' : 'invalid',
    code: failure.code,
    safeMessage: failure.message,
  });
}
