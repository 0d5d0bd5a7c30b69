import { openAsBlob } from 'node:fs';
import {
  ProblemError,
  problemFrom,
  type Source,
  type UploadAnswer,
  unreachableServer,
} from '../../client/index.ts';
import type { FoundFile } from './ingest.files.ts';
import { tryAgain } from './retry.ts';
import type { Session } from './session.ts';

export interface UploadTarget {
  readonly collectionId: string | undefined;
  readonly language: string | undefined;
}

export interface Refusal {
  readonly fileName: string;
  readonly code: string;
  readonly message: string;
}

/** What became of a batch. Files are in one of the two lists. */
export interface UploadOutcome {
  readonly sources: readonly Source[];
  readonly refused: readonly Refusal[];
}

/**
 * Sends a batch. What a server that is busy, full or restarting refuses is tried again: bytes that it has already are
 * recognised. A refusal of the batch as a whole is narrowed down to the file that it is about. Throws what stops everything:
 * no right to upload, or the signal.
 */
export async function uploadBatch(
  session: Session,
  files: readonly FoundFile[],
  target: UploadTarget,
  signal: AbortSignal,
): Promise<UploadOutcome> {
  try {
    const { items, rejected = [] } = await tryAgain(() => send(session, files, target, signal), signal);
    return { sources: items, refused: rejected };
  } catch (error) {
    if (signal.aborted || !(error instanceof ProblemError) || stopsEverything(error)) throw error;
    const [only] = files;
    if (only && files.length === 1)
      return { sources: [], refused: [{ fileName: only.name, code: error.code, message: error.message }] };
    if (!isAboutContent(error))
      return {
        sources: [],
        refused: files.map(({ name }) => ({ fileName: name, code: error.code, message: error.message })),
      };
    const outcomes: UploadOutcome[] = [];
    for (const file of files) outcomes.push(await uploadBatch(session, [file], target, signal));
    return {
      sources: outcomes.flatMap(({ sources }) => sources),
      refused: outcomes.flatMap(({ refused }) => refused),
    };
  }
}

async function send(
  session: Session,
  files: readonly FoundFile[],
  target: UploadTarget,
  signal: AbortSignal,
): Promise<UploadAnswer> {
  const form = new FormData();
  // The server reads the form as it comes: what holds for the files stands before them.
  if (target.collectionId !== undefined) form.append('collectionId', target.collectionId);
  if (target.language !== undefined) form.append('language', target.language);
  for (const file of files) form.append('file', await openAsBlob(file.path), file.name);
  const response = await session
    .send('/api/v1/library/sources', { method: 'POST', body: form, signal })
    .catch((error: unknown) => {
      throw signal.aborted ? error : unreachableServer(error);
    });
  const body: unknown = await response.json().catch(() => undefined);
  if (!response.ok) throw problemFrom(response, body);
  return body as UploadAnswer;
}

function stopsEverything({ status, code }: ProblemError): boolean {
  return status === 0 || status === 401 || status === 403 || code === 'library.collection_not_found';
}

/** A batch of which every file was refused is answered with the first refusal. */
function isAboutContent({ status }: ProblemError): boolean {
  return status >= 400 && status < 500 && status !== 429;
}
