import { asAttachment, type Routes } from '../../../platform/http/index.ts';
import { IdParams, Problem } from '../../../platform/http/schemas.ts';
import type { Exports } from './exports.service.ts';
import {
  ExportListQuery,
  ExportPage,
  ExportParams,
  ExportView,
  StartedExport,
} from './organizations.schemas.ts';

const tags = ['organizations'];
const access = { minimum: 'admin', scope: null, organization: 'path', whileClosed: true } as const;

export function exportsRoutes(exports: Exports): Routes {
  return (http) => {
    http.post(
      '/organizations/:id/exports',
      {
        config: { access, feature: 'exports' },
        schema: {
          tags,
          summary: 'Make an archive of all that an organization holds',
          params: IdParams,
          response: { 202: StartedExport },
        },
      },
      async (request, reply) => {
        const started = await exports.start(request.actor);
        return reply.code(202).header('location', `/api/v1/tasks/${started.task.id}`).send(started);
      },
    );
    http.get(
      '/organizations/:id/exports',
      {
        config: { access },
        schema: {
          tags,
          summary: 'List archives, newest first',
          params: IdParams,
          querystring: ExportListQuery,
          response: { 200: ExportPage },
        },
      },
      async (request) => exports.list(request.actor, request.query),
    );
    http.get(
      '/organizations/:id/exports/:exportId',
      {
        config: { access },
        schema: {
          tags,
          summary: 'How far an archive is',
          params: ExportParams,
          response: { 200: ExportView },
        },
      },
      async (request) => exports.get(request.actor, request.params.exportId),
    );
    http.get(
      '/organizations/:id/exports/:exportId/file',
      {
        config: { access, feature: 'exports' },
        schema: {
          tags,
          summary: 'Download an archive (ZIP)',
          params: ExportParams,
          response: { default: Problem },
        },
      },
      async (request, reply) => {
        const { body, size } = await exports.download(request.actor, request.params.exportId);
        reply.header('cache-control', 'no-store');
        return asAttachment(reply, 'scriptorium-export.zip', 'application/zip', size).send(body);
      },
    );
  };
}
