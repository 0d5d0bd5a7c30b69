import { useMutation } from '@tanstack/react-query';
import { type AuditQuery, unwrap } from '../../../client/index.ts';
import { useMe } from './identity.ts';
import { usePages } from './pages.ts';
import { useClient } from './session-context.tsx';

/** Of the chosen organization, or what was done to the instance, for operators. */
export type Trail = 'organization' | 'instance';

const EVENTS = {
  organization: '/api/v1/audit-events',
  instance: '/api/v1/operator/audit-events',
} as const;

/** Milliseconds between looks for new events. */
const LOOK_EVERY = 5000;
const PAGE = 50;

export type AuditFilter = Omit<AuditQuery, 'cursor' | 'limit'>;

/** Newest first. */
export function useAuditEvents(trail: Trail, filter: AuditFilter) {
  const client = useClient();
  const { organization } = useMe();
  return usePages(
    ['audit', trail === 'instance' ? 'instance' : organization.id, filter],
    (query, signal) =>
      unwrap(client.GET(EVENTS[trail], { params: { query: { ...query, ...filter } }, signal })),
    // Further pages are not read again and again: who reads on looks at what was.
    { limit: PAGE, every: (events) => (events.length <= PAGE ? LOOK_EVERY : false) },
  );
}

export function useVerification(trail: Trail) {
  const client = useClient();
  return useMutation({ mutationFn: () => unwrap(client.GET(`${EVENTS[trail]}/verification`)) });
}

export type ExportFormat = 'csv' | 'jsonl';

export function auditExportAddress(trail: Trail, filter: AuditFilter, format: ExportFormat): string {
  const query = new URLSearchParams({ format });
  for (const [name, value] of Object.entries(filter)) if (value !== undefined) query.set(name, String(value));
  return `${EVENTS[trail]}/export?${query}`;
}
