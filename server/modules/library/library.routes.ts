import { Type } from 'typebox';
import { asAttachment, expectedVersion, type Routes, sendEvents } from '../../platform/http/index.ts';
import { IdParams, PageQuery, Problem } from '../../platform/http/schemas.ts';
import { TaskView } from '../tasks/index.ts';
import type { CollectionsService } from './library.collections.ts';
import type { LibraryReader } from './library.reader.ts';
import {
  ChunkPage,
  ChunkQuery,
  CollectionBody,
  CollectionPage,
  CollectionPatch,
  CollectionView,
  ContentQuery,
  ContentView,
  SourceListQuery,
  SourcePage,
  SourcePatch,
  SourceView,
  VersionPage,
} from './library.schemas.ts';
import type { LibraryService } from './library.service.ts';

const tags = ['library'];
const reading = { config: { access: { minimum: 'regular', scope: 'library:read' } } } as const;
const changing = { config: { access: { minimum: 'power', scope: 'library:write' } } } as const;
const List = Type.Object(PageQuery, { additionalProperties: false });
const EventsQuery = Type.Object(
  { since: Type.Optional(Type.String({ format: 'date-time' })) },
  { additionalProperties: false },
);
const Empty = Type.Null({ description: 'no content' });

export function libraryRoutes(reader: LibraryReader, library: LibraryService): Routes {
  return (http) => {
    http.get(
      '/library/sources',
      {
        ...reading,
        schema: {
          tags,
          summary: 'List sources, newest first',
          querystring: SourceListQuery,
          response: { 200: SourcePage },
        },
      },
      async (request) => reader.list(request.actor, request.query),
    );
    http.get(
      '/library/sources/:id',
      {
        ...reading,
        schema: { tags, summary: 'Read a source', params: IdParams, response: { 200: SourceView } },
      },
      async (request) => reader.get(request.actor, request.params.id),
    );
    http.get(
      '/library/sources/:id/content',
      {
        ...reading,
        schema: {
          tags,
          summary: 'Read the canonical text and structure of a version',
          params: IdParams,
          querystring: ContentQuery,
          response: { 200: ContentView },
        },
      },
      async (request) => reader.content(request.actor, request.params.id, request.query.version),
    );
    http.get(
      '/library/sources/:id/chunks',
      {
        ...reading,
        schema: {
          tags,
          summary: 'Read the chunks of a version',
          params: IdParams,
          querystring: ChunkQuery,
          response: { 200: ChunkPage },
        },
      },
      async (request) => reader.chunks(request.actor, request.params.id, request.query),
    );
    http.get(
      '/library/sources/:id/versions',
      {
        ...reading,
        schema: {
          tags,
          summary: 'List the versions of a source, newest first',
          params: IdParams,
          querystring: List,
          response: { 200: VersionPage },
        },
      },
      async (request) => reader.listVersions(request.actor, request.params.id, request.query),
    );
    http.get(
      '/library/sources/:id/file',
      {
        ...reading,
        schema: {
          tags,
          summary: 'Download the original file',
          params: IdParams,
          querystring: ContentQuery,
          response: { default: Problem },
        },
      },
      async (request, reply) => {
        const { body, version } = await reader.file(request.actor, request.params.id, request.query.version);
        return asAttachment(reply, version.file_name ?? 'text.txt', version.media_type, version.size).send(
          body,
        );
      },
    );
    http.get(
      '/library/events',
      {
        ...reading,
        schema: {
          tags,
          summary: 'Watch sources change (server-sent events: delta; data {source})',
          querystring: EventsQuery,
          response: { default: Problem },
        },
      },
      (request, reply) =>
        sendEvents(request, reply, async function* (signal) {
          const last = request.headers['last-event-id'];
          const since =
            typeof last === 'string' && /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(last) ? last : request.query.since;
          yield { event: 'start', data: {} };
          for await (const source of reader.watch(request.actor, since, signal))
            yield { id: source.updatedAt, event: 'delta', data: { source } };
        }),
    );
    http.post(
      '/library/sources/:id/reprocess',
      {
        ...changing,
        schema: {
          tags,
          summary: 'Process a source again',
          params: IdParams,
          response: { 202: Type.Object({ source: SourceView, task: TaskView }) },
        },
      },
      async (request, reply) => {
        const answer = await library.reprocess(request.actor, request.params.id);
        return reply.code(202).header('location', `/api/v1/tasks/${answer.task.id}`).send(answer);
      },
    );
    http.post(
      '/library/sources/:id/cancel',
      {
        ...changing,
        schema: {
          tags,
          summary: 'Stop processing a source',
          params: IdParams,
          response: { 202: SourceView },
        },
      },
      async (request, reply) => reply.code(202).send(await library.cancel(request.actor, request.params.id)),
    );
    http.patch(
      '/library/sources/:id',
      {
        ...changing,
        schema: {
          tags,
          summary: 'Move a source into another collection, or out of its own',
          params: IdParams,
          body: SourcePatch,
          response: { 200: SourceView },
        },
      },
      async (request) => library.move(request.actor, request.params.id, request.body.collectionId),
    );
    http.delete(
      '/library/sources/:id',
      {
        ...changing,
        schema: {
          tags,
          summary: 'Delete a source with all its versions',
          params: IdParams,
          response: { 204: Empty },
        },
      },
      async (request, reply) => {
        await library.delete(request.actor, request.params.id);
        return reply.code(204).send(null);
      },
    );
  };
}

export function collectionRoutes(collections: CollectionsService): Routes {
  return (http) => {
    http.get(
      '/library/collections',
      {
        ...reading,
        schema: {
          tags,
          summary: 'List collections, newest first',
          querystring: List,
          response: { 200: CollectionPage },
        },
      },
      async (request) => collections.list(request.actor, request.query),
    );
    http.post(
      '/library/collections',
      {
        ...changing,
        schema: {
          tags,
          summary: 'Make a collection',
          body: CollectionBody,
          response: { 201: CollectionView },
        },
      },
      async (request, reply) => {
        const collection = await collections.create(request.actor, request.body);
        return reply
          .code(201)
          .header('location', `/api/v1/library/collections/${collection.id}`)
          .send(collection);
      },
    );
    http.get(
      '/library/collections/:id',
      {
        ...reading,
        schema: { tags, summary: 'Read a collection', params: IdParams, response: { 200: CollectionView } },
      },
      async (request) => collections.get(request.actor, request.params.id),
    );
    http.patch(
      '/library/collections/:id',
      {
        ...changing,
        schema: {
          tags,
          summary: 'Change a collection (If-Match: "<version>")',
          params: IdParams,
          body: CollectionPatch,
          response: { 200: CollectionView },
        },
      },
      async (request) =>
        collections.update(
          request.actor,
          request.params.id,
          expectedVersion(request.headers['if-match']),
          request.body,
        ),
    );
    http.delete(
      '/library/collections/:id',
      {
        ...changing,
        schema: { tags, summary: 'Delete an empty collection', params: IdParams, response: { 204: Empty } },
      },
      async (request, reply) => {
        await collections.delete(request.actor, request.params.id);
        return reply.code(204).send(null);
      },
    );
  };
}
