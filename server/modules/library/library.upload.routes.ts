import multipart, { type Multipart } from '@fastify/multipart';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { AppError, isAppError } from '../../kernel/errors.ts';
import { isId } from '../../kernel/ids.ts';
import type { Routes } from '../../platform/http/index.ts';
import { Id } from '../../platform/http/schemas.ts';
import { collectionNotFound } from './library.errors.ts';
import type { UploadOptions } from './library.placement.ts';
import { SourceTextBody, UploadAnswer } from './library.schemas.ts';
import type { IncomingFile, UploadService } from './library.upload.ts';

const tags = ['library'];

/** For the document only: a multipart body is read part by part in the handler. */
const UploadForm = Type.Unsafe<unknown>({
  properties: {
    file: { type: 'array', items: { type: 'string', contentMediaType: 'application/octet-stream' } },
    collectionId: Id,
    language: { type: 'string', description: 'BCP 47' },
  },
  required: ['file'],
});

export interface UploadLimits {
  readonly maxFiles: number;
  /** Bytes of a JSON body; a longer text is sent as a file. */
  readonly maxTextBytes: number;
}

/** One path, two ways in: multipart with any number of files, or JSON with a text. */
export function uploadRoutes(uploads: UploadService, limits: UploadLimits): Routes {
  return (api) => {
    // In a scope of its own: no other route takes such a body.
    api.register(async (scope) => {
      const http = scope.withTypeProvider<TypeBoxTypeProvider>();
      // The size of a file is limited while it streams into storage, where the sentence for the person is made.
      http.register(multipart, {
        limits: {
          files: limits.maxFiles,
          fields: 20,
          parts: limits.maxFiles + 20,
          fieldSize: 1000,
          fieldNameSize: 100,
          fileSize: Number.MAX_SAFE_INTEGER,
        },
        // A folder's files are told apart by their relative paths.
        preservePath: true,
        throwFileSizeLimit: false,
      });
      http.post(
        '/library/sources',
        {
          bodyLimit: limits.maxTextBytes,
          config: {
            access: { minimum: 'power', scope: 'library:write' },
            feature: 'uploads',
            rateLimit: { cost: 20 },
          },
          schema: {
            tags,
            summary: 'Add sources: multipart with files, or JSON with a text',
            body: {
              content: {
                'application/json': { schema: SourceTextBody },
                'multipart/form-data': { schema: UploadForm },
              },
            },
            response: { 202: UploadAnswer },
          },
          preValidation: async (request) => {
            if (!request.isMultipart() && request.body === undefined) throw unsupportedBody();
          },
        },
        async (request, reply) => {
          const answer = request.isMultipart()
            ? await receiveMultipart(request, uploads)
            : await uploads.uploadText(request.actor, request.body as SourceTextBody);
          if (answer.task) reply.header('location', `/api/v1/tasks/${answer.task.id}`);
          return reply.code(202).send(answer);
        },
      );
    });
  };
}

async function receiveMultipart(request: FastifyRequest, uploads: UploadService) {
  const options: { collectionId: string | null; language: string | null } = {
    collectionId: null,
    language: null,
  };
  const files = async function* (): AsyncGenerator<IncomingFile> {
    for await (const part of request.parts()) {
      if (part.type === 'field')
        await readField(part, options, (collectionId) =>
          uploads.checkCollection(request.actor, collectionId),
        );
      else yield { name: part.filename || 'unnamed', body: part.file };
    }
  };
  requireBoundary(request.headers['content-type']);
  try {
    return await uploads.uploadFiles(request.actor, files(), (): UploadOptions => options);
  } catch (error) {
    // Read what is still coming, so that the client gets to see the answer instead of a broken connection.
    request.raw.unpipe();
    request.raw.resume();
    throw toUploadError(error, request.raw.readableAborted);
  }
}

/** RFC 2046, 5.1.1: at most 70 characters. The parser fails, instead of refusing, where it is much longer. */
const LONGEST_BOUNDARY = 70;

function requireBoundary(contentType = ''): void {
  const boundary = /;\s*boundary=(?:"([^"]*)"|([^;\s]*))/i.exec(contentType);
  const { length } = boundary?.[1] ?? boundary?.[2] ?? '';
  if (length === 0 || length > LONGEST_BOUNDARY) throw malformedMultipart();
}

async function readField(
  part: Extract<Multipart, { type: 'field' }>,
  options: { collectionId: string | null; language: string | null },
  checkCollection: (id: string) => Promise<void>,
): Promise<void> {
  const value = typeof part.value === 'string' ? part.value.trim() : '';
  if (part.fieldname === 'collectionId') {
    if (value === '') return;
    if (!isId(value)) throw collectionNotFound();
    await checkCollection(value);
    options.collectionId = value;
  } else if (part.fieldname === 'language') {
    if (value === '') return;
    if (!/^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,4}$/.test(value))
      throw invalidField('language', 'is not a BCP 47 tag, such as fr or pt-BR');
    options.language = value;
  } else throw invalidField(nameOf(part).slice(0, 100), 'is not a field of this form');
}

/** The types say that there is one; a part without it comes all the same (RFC 7578, 4.2, demands it). */
function nameOf({ fieldname }: { readonly fieldname?: string }): string {
  return fieldname ?? '';
}

function invalidField(path: string, message: string): AppError {
  return new AppError({
    kind: 'invalid',
    code: 'request.invalid_body',
    safeMessage: `The field "${path}" ${message}.`,
    errors: [{ path, message }],
  });
}

function unsupportedBody(): AppError {
  return new AppError({
    kind: 'unsupported_type',
    code: 'request.unsupported_media_type',
    safeMessage: 'Send multipart/form-data with files, or application/json with a text.',
  });
}

function toUploadError(thrown: unknown, senderLeft: boolean): unknown {
  // A part that breaks off breaks its file off: then the form is what is wrong.
  const interrupted = isAppError(thrown) && thrown.code === 'storage.interrupted';
  const error = interrupted ? thrown.cause : thrown;
  if (isAppError(error) || !(error instanceof Error)) return thrown;
  const code = 'code' in error ? String(error.code) : '';
  if (/^FST_(PARTS|FILES|FIELDS)_LIMIT$/.test(code)) {
    return new AppError({
      kind: 'too_large',
      code: 'library.too_many_files',
      safeMessage: 'The upload has more files than the server takes at once. Send them in several uploads.',
      cause: error,
    });
  }
  if (
    (senderLeft && code === 'ECONNRESET') ||
    code.startsWith('FST_') ||
    /^(Unexpected end of|Malformed|Multipart:|Missing Content-Type|Part terminated early)/i.test(
      error.message,
    )
  ) {
    return malformedMultipart(error);
  }
  return thrown;
}

function malformedMultipart(cause?: Error): AppError {
  return new AppError({
    kind: 'malformed',
    code: 'request.malformed_multipart',
    safeMessage: 'The multipart body is not well-formed.',
    cause,
  });
}
