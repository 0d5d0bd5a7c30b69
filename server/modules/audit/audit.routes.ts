import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import type { Routes } from '../../platform/http/index.ts';
import { Problem } from '../../platform/http/schemas.ts';
import { linesOf, MEDIA_TYPES } from './audit.export.ts';
import { EventPage, type ExportFormat, ExportQuery, ListQuery, VerificationView } from './audit.schemas.ts';
import type { AuditService } from './audit.service.ts';

const tags = ['audit'];
const reading = { config: { access: { minimum: 'admin', scope: 'audit:read' } } } as const;

export function auditRoutes(audit: AuditService): Routes {
  return (http) => {
    http.get(
      '/audit-events',
      {
        ...reading,
        schema: {
          tags,
          summary: 'List what was done in the organization, newest first',
          querystring: ListQuery,
          response: { 200: EventPage },
        },
      },
      async (request) => audit.list(request.actor, request.query),
    );
    http.get(
      '/audit-events/export',
      {
        config: { ...reading.config, rateLimit: { cost: 20 } },
        schema: {
          tags,
          summary: 'Download what was done in the organization, oldest first',
          querystring: ExportQuery,
          response: { default: Problem },
        },
      },
      async (request, reply) => {
        const { format, ...filter } = request.query;
        const pages = await audit.exportAll(request.actor, format, filter);
        const access = request.server.liveAccess.watch(request);
        const file = Readable.from(linesOf(pages, format), { objectMode: false, signal: access.signal });
        return asDownload(reply, format).send(file.once('close', access.release));
      },
    );
    http.get(
      '/audit-events/verification',
      {
        config: { ...reading.config, rateLimit: { cost: 50 } },
        schema: {
          tags,
          summary: 'Check that nothing in the trail was changed, removed or added',
          response: { 200: VerificationView },
        },
      },
      async (request, reply) => {
        const left = new AbortController();
        reply.raw.on('close', () => left.abort(new Error('the client left')));
        const verification = await audit.verify(request.actor, left.signal);
        return { ...verification, intact: verification.broken === null };
      },
    );
    http.get(
      '/operator/audit-events',
      {
        config: { access: { operator: true } },
        schema: {
          tags,
          summary: 'List what was done on the instance, newest first',
          querystring: ListQuery,
          response: { 200: EventPage },
        },
      },
      async (request) => audit.listInstance(request.actor, request.query),
    );
  };
}

function asDownload(reply: FastifyReply, format: ExportFormat): FastifyReply {
  return reply
    .type(MEDIA_TYPES[format])
    .header('content-disposition', `attachment; filename="audit-events.${format}"`)
    .header('cache-control', 'no-store');
}
