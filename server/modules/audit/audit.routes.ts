import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Verification } from '../../platform/audit/index.ts';
import { type Routes, untilClientLeaves } from '../../platform/http/index.ts';
import { Problem } from '../../platform/http/schemas.ts';
import { linesOf, MEDIA_TYPES } from './audit.export.ts';
import {
  EventPage,
  type EventView,
  type ExportFormat,
  ExportQuery,
  ListQuery,
  VerificationView,
} from './audit.schemas.ts';
import type { AuditService } from './audit.service.ts';

const tags = ['audit'];
const operating = { access: { operator: true } } as const;
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
        return download(request, reply, format, pages);
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
      async (request, reply) => viewOf(await audit.verify(request.actor, untilClientLeaves(reply))),
    );
    http.get(
      '/operator/audit-events',
      {
        config: operating,
        schema: {
          tags,
          summary: 'List what was done on the instance, newest first',
          querystring: ListQuery,
          response: { 200: EventPage },
        },
      },
      async (request) => audit.listInstance(request.actor, request.query),
    );
    http.get(
      '/operator/audit-events/export',
      {
        config: { ...operating, rateLimit: { cost: 20 } },
        schema: {
          tags,
          summary: 'Download what was done on the instance, oldest first',
          querystring: ExportQuery,
          response: { default: Problem },
        },
      },
      async (request, reply) => {
        const { format, ...filter } = request.query;
        const pages = await audit.exportInstance(request.actor, format, filter);
        return download(request, reply, format, pages);
      },
    );
    http.get(
      '/operator/audit-events/verification',
      {
        config: { ...operating, rateLimit: { cost: 50 } },
        schema: {
          tags,
          summary: 'Check that nothing in the instance’s trail was changed, removed or added',
          response: { 200: VerificationView },
        },
      },
      async (request, reply) => viewOf(await audit.verifyInstance(request.actor, untilClientLeaves(reply))),
    );
  };
}

function download(
  request: FastifyRequest,
  reply: FastifyReply,
  format: ExportFormat,
  pages: AsyncIterable<readonly EventView[]>,
): FastifyReply {
  const access = request.server.liveAccess.watch(request);
  const file = Readable.from(linesOf(pages, format), { objectMode: false, signal: access.signal });
  return reply
    .type(MEDIA_TYPES[format])
    .header('content-disposition', `attachment; filename="audit-events.${format}"`)
    .header('cache-control', 'no-store')
    .send(file.once('close', access.release));
}

function viewOf(verification: Verification): VerificationView {
  return { ...verification, intact: verification.broken === null };
}
