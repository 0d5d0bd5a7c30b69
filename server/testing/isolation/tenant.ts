import { randomUUID } from 'node:crypto';
import { instanceActor, type Role } from '../../kernel/actor.ts';
import { SCOPES } from '../../kernel/scopes.ts';
import { type Answer, type Client, eventually, formOf, type World } from '../world.ts';

/** Stands in every text of an organization: where it appears elsewhere, something leaked. */
export interface Tenant {
  readonly name: string;
  readonly canary: string;
  readonly id: string;
  readonly admin: Client;
  readonly power: Client;
  readonly regular: Client;
  readonly guest: Client;
  readonly things: Things;
  /** Ids of rows that must never be seen by another organization. */
  readonly secrets: readonly string[];
}

/** One of everything that an organization can have. */
export interface Things {
  readonly collectionId: string;
  readonly sourceId: string;
  readonly taskId: string;
  readonly invitationId: string;
  readonly apiKeyId: string;
  readonly memberId: string;
  readonly sessionId: string;
  readonly exportId: string;
}

/** A value of the answer, which must be a success. */
export function idOf(answer: Answer, ...path: readonly (string | number)[]): string {
  if (answer.status >= 400) throw new Error(`refused: ${JSON.stringify(answer.body)}`);
  const value = [...path, 'id'].reduce<unknown>(
    (part, key) => (part as Record<string | number, unknown> | undefined)?.[key],
    answer.body,
  );
  if (typeof value !== 'string') throw new Error(`no ${path.join('.')} in ${JSON.stringify(answer.body)}`);
  return value;
}

/** An organization with people of every role, and content that carries its canary. */
export async function fillTenant(world: World, name: string): Promise<Tenant> {
  const canary = `canary${name.toLowerCase()}${randomUUID().slice(0, 6)}`;
  const person = (role: Role) => world.person(role, `${name} ${canary}`, `${canary} the ${role}`);
  const admin = await person('admin');
  const [power, regular, guest] = [await person('power'), await person('regular'), await person('guest')];
  const collectionId = idOf(
    await power.call('POST', '/library/collections', { name: canary, description: `Letters of ${canary}` }),
  );
  const upload = await power.call(
    'POST',
    '/library/sources',
    formOf(
      { [`${canary}.md`]: `# The ${canary} papers\n\nOnly ${canary} knows why the lighthouse was dark.\n` },
      { collectionId },
    ),
  );
  const sourceId = idOf(upload, 'items', 0);
  await eventually(
    async () => (await power.call('GET', `/library/sources/${sourceId}`)).body as { stage: string },
    ({ stage }) => stage === 'ready',
  );
  const exports = `/organizations/${admin.organizationId}/exports`;
  const exportId = idOf(await admin.call('POST', exports), 'export');
  await eventually(
    async () => (await admin.call('GET', `${exports}/${exportId}`)).body as { ready: boolean },
    ({ ready }) => ready,
  );
  const things = {
    exportId,
    collectionId,
    sourceId,
    taskId: (upload.body as { task: { id: string } }).task.id,
    invitationId: idOf(
      await admin.call('POST', '/invitations', {
        role: 'regular',
        email: `${canary}@example.org`,
        message: canary,
      }),
      'invitation',
    ),
    apiKeyId: idOf(await admin.call('POST', '/api-keys', { name: canary, scopes: [...SCOPES] })),
    memberId: await userIdOf(world, regular.email),
    sessionId: idOf(await admin.call('GET', '/auth/sessions'), 'items', 0),
  };
  await admin.call(
    'POST',
    '/library/collections',
    { name: `${canary} once`, description: canary },
    { 'idempotency-key': canary },
  );
  await admin.call('POST', '/ask', { question: `Who knows why the lighthouse was dark, ${canary}?` });
  const secrets = [admin.organizationId, ...Object.values(things), await userIdOf(world, admin.email)];
  return { name, canary, id: admin.organizationId, admin, power, regular, guest, things, secrets };
}

export async function userIdOf(world: World, email: string): Promise<string> {
  const account = await world.app.modules.identity.api.findUser(instanceActor('isolation'), email);
  if (!account) throw new Error(`nobody is ${email}`);
  return account.user.id;
}
