import { randomUUID } from 'node:crypto';
import {
  ProblemError,
  problemFrom,
  type Source,
  type UploadAnswer,
  unreachableServer,
} from '../../client/index.ts';
import type { FoundFile } from './ingest.files.ts';
import { createForm, UnreadableFileError } from './ingest.form.ts';
import { tryAgain } from './retry.ts';
import type { Session } from './session.ts';

type Sender = Pick<Session, 'send'>;

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
 * Sends a batch. What a server that is busy, full or restarting refuses is tried again under one Idempotency-Key, so that
 * an answer that was lost is given again. A refusal of the batch as a whole is narrowed down to the file that it is about.
 * Throws what stops everything: no right to upload, no server, or the signal.
 */
export async function uploadBatch(
  session: Sender,
  files: readonly FoundFile[],
  target: UploadTarget,
  signal: AbortSignal,
): Promise<UploadOutcome> {
  const key = randomUUID();
  try {
    const { items, rejected = [] } = await tryAgain(() => send(session, files, target, key, signal), signal);
    return { sources: items, refused: rejected };
  } catch (error) {
    if (signal.aborted) throw error;
    if (error instanceof UnreadableFileError) {
      const rest = files.filter((file) => file !== error.file);
      const refusal = { fileName: error.file.name, code: 'client.unreadable_file', message: error.message };
      const outcome = rest.length > 0 ? await uploadBatch(session, rest, target, signal) : NOTHING;
      return { ...outcome, refused: [refusal, ...outcome.refused] };
    }
    if (!(error instanceof ProblemError) || stopsEverything(error)) throw error;
    if (files.length > 1 && isAboutContent(error)) return uploadOneByOne(session, files, target, signal);
    const { code, message } = error;
    return { sources: [], refused: files.map(({ name }) => ({ fileName: name, code, message })) };
  }
}

const NOTHING: UploadOutcome = { sources: [], refused: [] };

async function uploadOneByOne(
  session: Sender,
  files: readonly FoundFile[],
  target: UploadTarget,
  signal: AbortSignal,
): Promise<UploadOutcome> {
  const outcomes: UploadOutcome[] = [];
  for (const file of files) outcomes.push(await uploadBatch(session, [file], target, signal));
  return {
    sources: outcomes.flatMap(({ sources }) => sources),
    refused: outcomes.flatMap(({ refused }) => refused),
  };
}

async function send(
  session: Sender,
  files: readonly FoundFile[],
  { collectionId, language }: UploadTarget,
  key: string,
  signal: AbortSignal,
): Promise<UploadAnswer> {
  // The server reads the form as it comes: what holds for the files stands before them.
  const fields = {
    ...(collectionId === undefined ? {} : { collectionId }),
    ...(language === undefined ? {} : { language }),
  };
  const form = createForm(fields, files);
  const response = await session
    .send('/api/v1/library/sources', {
      method: 'POST',
      headers: { 'content-type': form.contentType, 'idempotency-key': key },
      body: form.body,
      duplex: 'half',
      signal,
    })
    .catch((error: unknown) => {
      if (signal.aborted) throw error;
      throw form.problem() ?? unreachableServer(error);
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
