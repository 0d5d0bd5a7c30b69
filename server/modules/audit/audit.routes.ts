import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Access, type Http, type Routes, untilClientLeaves } from '../../platform/http/index.ts';
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
import type { AuditService, TrailReading } from './audit.service.ts';

const tags = ['audit'];
/** A trail and its place in the API. */
interface TrailPlace {
  readonly path: string;
  readonly access: Access;
  readonly trail: TrailReading;
  /** Completes `what was done …`. */
  readonly where: string;
  /** Completes `nothing in … was changed`. */
  readonly name: string;
}

export function auditRoutes({ ofOrganization, ofInstance }: AuditService): Routes {
  const organization: TrailPlace = {
    path: '/audit-events',
    access: { minimum: 'admin', scope: 'audit:read' },
    ...{ trail: ofOrganization, where: 'in the organization', name: 'the trail' },
  };
  const instance: TrailPlace = {
    path: '/operator/audit-events',
    access: { operator: true },
    ...{ trail: ofInstance, where: 'on the instance', name: 'the instance’s trail' },
  };
  return (http) => {
    for (const place of [organization, instance]) trailRoutes(http, place);
  };
}

function trailRoutes(http: Http, { path, access, trail, where, name }: TrailPlace): void {
  http.get(
    path,
    {
      config: { access },
      schema: {
        tags,
        summary: `List what was done ${where}, newest first`,
        querystring: ListQuery,
        response: { 200: EventPage },
      },
    },
    async (request) => trail.list(request.actor, request.query),
  );
  http.get(
    `${path}/export`,
    {
      config: { access, rateLimit: { cost: 20 } },
      schema: {
        tags,
        summary: `Download what was done ${where}, oldest first`,
        querystring: ExportQuery,
        response: { default: Problem },
      },
    },
    async (request, reply) => {
      const { format, ...filter } = request.query;
      const pages = await trail.exportAll(request.actor, format, filter);
      return download(request, reply, format, pages);
    },
  );
  http.get(
    `${path}/verification`,
    {
      config: { access, rateLimit: { cost: 50 } },
      schema: {
        tags,
        summary: `Check that nothing in ${name} was changed, removed or added`,
        response: { 200: VerificationView },
      },
    },
    async (request, reply) => {
      const verification = await trail.verify(request.actor, untilClientLeaves(reply));
      return { ...verification, intact: verification.broken === null };
    },
  );
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
