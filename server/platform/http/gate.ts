import type { FastifyRequest } from 'fastify';
import { AppError } from '../../kernel/errors.ts';
import { FEATURES, type Feature } from '../../kernel/features.ts';
import type { Maintenance, OperatingState } from '../operating/port.ts';

const RETRY_AFTER_SECONDS = 60;
const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Refuses what is closed at the moment; behind the hook that finds out who asks. */
export function createGateHook(state: OperatingState) {
  return async (request: FastifyRequest): Promise<void> => {
    const { actor } = request;
    const { access, feature, duringMaintenance } = request.routeOptions.config;
    if (!access || 'operator' in access) return;
    const maintenance = state.maintenance();
    if (maintenance && !duringMaintenance && !actor.operator) {
      if (maintenance.mode === 'everything' || !SAFE_METHODS.has(request.method)) throw closed(maintenance);
    }
    if (actor.kind === 'apiKey') requireOn(state, 'apiKeys', actor.organizationId);
    if (feature !== undefined) requireOn(state, feature, actor.organizationId);
  };
}

function requireOn(state: OperatingState, feature: Feature, organizationId: string | null): void {
  if (state.isOn(feature, organizationId)) return;
  throw new AppError({
    kind: 'forbidden',
    code: 'operations.feature_off',
    safeMessage: `“${FEATURES[feature].description}” is switched off here. Ask whoever runs this installation.`,
    details: { feature },
  });
}

function closed({ mode, message }: Maintenance): AppError {
  return new AppError({
    kind: 'unavailable',
    code: 'operations.maintenance',
    safeMessage: message,
    retryable: true,
    retryAfterSeconds: RETRY_AFTER_SECONDS,
    details: { maintenance: mode },
  });
}
