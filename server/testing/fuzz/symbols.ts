import type { Tenant, Things } from '../isolation/tenant.ts';
import type { Client } from '../world.ts';

/** Whose things a symbol stands for. */
export type Whose = 'own' | 'other';

/** `@own.things.sourceId@`: put in when the request is sent, so that a seed means the same case in every run. */
export const SYMBOL = /@(own|other|fresh|cursor)\.([\w.]+)@/g;

const THINGS: readonly (keyof Things)[] = [
  'exportId',
  'collectionId',
  'sourceId',
  'taskId',
  'invitationId',
  'apiKeyId',
  'memberId',
  'sessionId',
];

/** A tenant whose every text is its own symbol; nobody can call anything as its people. */
export function symbolicTenant(whose: Whose): Tenant {
  const symbol = (path: string) => `@${whose}.${path}@`;
  const client: Client = {
    email: symbol('email'),
    organizationId: symbol('id'),
    token: '',
    call: () => Promise.reject(new Error('a symbol calls nobody')),
  };
  const entries = THINGS.map((name) => [name, symbol(`things.${name}`)] as const);
  return {
    name: symbol('name'),
    canary: symbol('canary'),
    id: symbol('id'),
    admin: client,
    power: client,
    regular: client,
    guest: client,
    things: Object.fromEntries(entries) as unknown as Things,
    secrets: [],
  };
}

/** What a symbol's path names in a real tenant, or undefined. */
export function lookUp(tenant: Tenant, path: string): string | undefined {
  const [first = '', second = ''] = path.split('.');
  if (first === 'things') return (tenant.things as unknown as Readonly<Record<string, string>>)[second];
  if (first === 'email') return tenant.regular.email;
  if (first === 'id' || first === 'name' || first === 'canary') return tenant[first];
  return undefined;
}
