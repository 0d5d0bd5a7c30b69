import { Type } from 'typebox';
import type { Actor } from '../../kernel/actor.ts';
import type { Routes } from '../../platform/http/index.ts';
import { IdParams } from '../../platform/http/schemas.ts';
import {
  FeatureChange,
  FeatureList,
  FeatureParams,
  FeatureView,
  InstanceView,
  MaintenanceBody,
  MaintenanceState,
  OrganizationFeatureParams,
  Overview,
  OwnFeatures,
} from './operations.schemas.ts';
import type { Operations } from './operations.service.ts';

const tags = ['operator'];
const config = { access: { operator: true } } as const;

export interface OperationsRoutesOptions {
  readonly operations: Operations;
  /** Whether people may make accounts for themselves, unless operators have switched that off. */
  readonly registration: boolean;
  readonly overview: (actor: Actor) => Promise<Overview>;
}

export function operationsRoutes({
  operations,
  registration,
  overview,
}: OperationsRoutesOptions): readonly Routes[] {
  return [
    instanceRoutes(operations, registration),
    featureRoutes(operations),
    maintenanceRoutes(operations),
    overviewRoutes(overview),
  ];
}

function instanceRoutes(operations: Operations, registration: boolean): Routes {
  return (http) => {
    http.get(
      '/instance',
      {
        config: { access: { public: 'the sign-in page shows it' }, duringMaintenance: true },
        schema: { tags: ['instance'], summary: 'What holds for everybody', response: { 200: InstanceView } },
      },
      async (request) => ({
        maintenance: operations.maintenance(),
        registration: registration && operations.ownFeatures(request.actor).registration === true,
      }),
    );
    http.get(
      '/features',
      {
        config: { access: { minimum: 'guest', scope: null } },
        schema: {
          tags: ['instance'],
          summary: 'What is on in the caller’s organization',
          response: { 200: OwnFeatures },
        },
      },
      async (request) => ({ features: operations.ownFeatures(request.actor) }),
    );
  };
}

function featureRoutes(operations: Operations): Routes {
  return (http) => {
    http.get(
      '/operator/features',
      {
        config,
        schema: {
          tags,
          summary:
            'List the parts of the product that can be switched off, and whether each is on for the instance',
          response: { 200: FeatureList },
        },
      },
      async (request) => ({ items: [...operations.features(request.actor, null)] }),
    );
    http.put(
      '/operator/features/:feature',
      {
        config,
        schema: {
          tags,
          summary: 'Switch something on or off for the whole instance',
          params: FeatureParams,
          body: FeatureChange,
          response: { 200: FeatureView },
        },
      },
      ({ actor, params, body }) =>
        operations.setFeature(actor, { organizationId: null, feature: params.feature, on: body.on }),
    );
    http.get(
      '/operator/organizations/:id/features',
      {
        config,
        schema: {
          tags,
          summary: 'What is on in one organization',
          params: IdParams,
          response: { 200: FeatureList },
        },
      },
      async ({ actor, params }) => ({ items: [...operations.features(actor, params.id)] }),
    );
    http.put(
      '/operator/organizations/:id/features/:feature',
      {
        config,
        schema: {
          tags,
          summary: 'Switch something on or off in one organization',
          params: OrganizationFeatureParams,
          body: FeatureChange,
          response: { 200: FeatureView },
        },
      },
      ({ actor, params, body }) =>
        operations.setFeature(actor, { organizationId: params.id, feature: params.feature, on: body.on }),
    );
  };
}

function maintenanceRoutes(operations: Operations): Routes {
  return (http) => {
    http.get(
      '/operator/maintenance',
      {
        config,
        schema: { tags, summary: 'Whether the instance is closed', response: { 200: MaintenanceState } },
      },
      async () => ({ maintenance: operations.maintenance() }),
    );
    http.put(
      '/operator/maintenance',
      {
        config,
        schema: {
          tags,
          summary: 'Close the instance for a while',
          body: MaintenanceBody,
          response: { 200: MaintenanceState },
        },
      },
      async (request) => {
        await operations.setMaintenance(request.actor, request.body);
        return { maintenance: operations.maintenance() };
      },
    );
    http.delete(
      '/operator/maintenance',
      {
        config,
        schema: { tags, summary: 'Open the instance again', response: { 204: Type.Null() } },
      },
      async (request, reply) => {
        await operations.setMaintenance(request.actor, null);
        return reply.code(204).send(null);
      },
    );
  };
}

function overviewRoutes(overview: OperationsRoutesOptions['overview']): Routes {
  return (http) => {
    http.get(
      '/operator/overview',
      { config, schema: { tags, summary: 'How the instance is doing', response: { 200: Overview } } },
      (request) => overview(request.actor),
    );
  };
}
