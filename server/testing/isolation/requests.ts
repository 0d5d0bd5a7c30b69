import { randomUUID } from 'node:crypto';
import { SCOPES } from '../../kernel/scopes.ts';
import { idOf, type Tenant } from './tenant.ts';

/** A request that the server has no reason to refuse to those who may make it. */
export interface RequestSpec {
  /** What stands in the path, from the organization that is asked about. */
  readonly params?: (tenant: Tenant) => Readonly<Record<string, string>>;
  /** The same, made anew for each call that uses it up. */
  readonly fresh?: (tenant: Tenant) => Promise<Readonly<Record<string, string>>>;
  readonly query?: string;
  readonly body?: (tenant: Tenant) => unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent without the caller's credentials, which the call would end. */
  readonly endsCredentials?: true;
  /** After a call that was carried out. */
  readonly cleanUp?: (tenant: Tenant) => Promise<unknown>;
  /** What those who may are answered. Where that is no success, the reason stands beside it. */
  readonly answers: readonly number[];
}

const NOBODYS_TOKEN = 'A'.repeat(43);
const ok: RequestSpec = { answers: [200] };
const withToken = (...answers: number[]): RequestSpec => ({
  body: () => ({ token: NOBODYS_TOKEN }),
  answers,
});
const source = (tenant: Tenant) => ({ id: tenant.things.sourceId });
const collection = (tenant: Tenant) => ({ id: tenant.things.collectionId });
const task = (tenant: Tenant) => ({ id: tenant.things.taskId });
const organization = (tenant: Tenant) => ({ id: tenant.id });
const archive = ({ id, things }: Tenant) => ({ id, exportId: things.exportId });
const freshSource = async (tenant: Tenant) => {
  const text = `Only ${tenant.canary} ${randomUUID()} knows.`;
  const made = await tenant.power.call('POST', '/library/sources', { title: tenant.canary, text });
  return { id: idOf(made, 'items', 0) };
};
const freshCollection = async (tenant: Tenant) => ({
  id: idOf(
    await tenant.power.call('POST', '/library/collections', { name: `${tenant.canary} ${randomUUID()}` }),
  ),
});
const freshInvitation = async (tenant: Tenant) => {
  const email = `${tenant.canary}-${randomUUID()}@example.org`;
  return {
    id: idOf(await tenant.admin.call('POST', '/invitations', { role: 'guest', email }), 'invitation'),
  };
};

/** One request for each operation. An operation that is missing here fails the build. */
export const REQUESTS: Readonly<Record<string, RequestSpec>> = {
  // Getting in: whoever has no right token, password or link is refused by what they sent, not by who they are.
  'POST /auth/register': { body: () => ({ email: 'x', password: 'x', name: 'x' }), answers: [422] },
  'POST /auth/register/confirm': {
    body: () => ({ token: NOBODYS_TOKEN, password: 'nobody knows this one' }),
    answers: [410],
  },
  'POST /auth/login': {
    body: () => ({ email: 'nobody@example.org', password: 'wrong' }),
    answers: [401, 429],
  },
  'POST /auth/login/second-factor': {
    body: () => ({ challenge: NOBODYS_TOKEN, code: '000000' }),
    answers: [401],
  },
  'POST /auth/sign-in-link': withToken(410, 429),
  'POST /auth/refresh': { body: () => ({ refreshToken: NOBODYS_TOKEN }), answers: [401] },
  'POST /auth/logout': {
    body: () => ({ refreshToken: NOBODYS_TOKEN }),
    endsCredentials: true,
    answers: [204],
  },
  'POST /auth/password-reset': { body: () => ({ email: 'nobody@example.org' }), answers: [202] },
  'POST /auth/password-reset/confirm': {
    body: () => ({ token: NOBODYS_TOKEN, newPassword: 'nobody knows this one' }),
    answers: [410],
  },
  'POST /auth/email-verification/confirm': withToken(410),
  'GET /auth/oidc/providers': ok,
  'GET /auth/oidc/errors/{code}': { params: () => ({ code: 'state_mismatch' }), answers: [200, 404] },
  'GET /auth/oidc/{provider}/start': { params: () => ({ provider: 'nobody' }), answers: [302, 303, 404] },
  'GET /auth/oidc/{provider}/callback': { params: () => ({ provider: 'nobody' }), answers: [302, 303, 404] },
  // Signed by a provider; here nobody did, and it is no form.
  'POST /auth/oidc/{provider}/backchannel-logout': {
    params: () => ({ provider: 'nobody' }),
    body: () => ({}),
    answers: [400, 415],
  },
  'POST /auth/webhooks/{provider}': {
    params: () => ({ provider: 'nobody' }),
    body: () => ({}),
    answers: [401, 404],
  },
  'POST /invitations/lookup': withToken(404, 410),
  'POST /invitations/accept': {
    body: () => ({ token: NOBODYS_TOKEN, name: 'Nobody', password: 'nobody knows this one' }),
    answers: [401, 403, 404, 410],
  },
  'GET /instance': ok,

  // Oneself. What would end the caller is asked for with a wrong password.
  'GET /auth/me': ok,
  'PATCH /auth/me': { body: () => ({}), answers: [200, 422] },
  'DELETE /auth/me': { body: () => ({ currentPassword: 'wrong' }), answers: [403, 409, 422] },
  'POST /auth/organization': { body: (tenant) => ({ organizationId: tenant.id }), answers: [200] },
  'GET /auth/sessions': ok,
  'GET /auth/events': ok,
  'DELETE /auth/sessions': ok,
  'DELETE /auth/sessions/{id}': { params: () => ({ id: randomUUID() }), answers: [404] },
  'POST /auth/password': {
    body: () => ({ currentPassword: 'wrong', newPassword: 'nobody knows this one' }),
    answers: [403, 422],
  },
  'POST /auth/email-verification': { answers: [202, 204, 409] },
  'GET /auth/second-factor': ok,
  'POST /auth/second-factor': { body: () => ({ currentPassword: 'wrong' }), answers: [403, 422] },
  'DELETE /auth/second-factor': {
    body: () => ({ code: '000000', currentPassword: 'wrong' }),
    answers: [403, 404, 409, 422],
  },
  'POST /auth/second-factor/confirm': { body: () => ({ code: '000000' }), answers: [404, 409, 422] },
  'POST /auth/second-factor/recovery-codes': { body: () => ({ code: '000000' }), answers: [404, 409, 422] },
  'GET /auth/identities': ok,
  'POST /auth/oidc/{provider}/link': {
    params: () => ({ provider: 'nobody' }),
    body: () => ({}),
    answers: [404],
  },
  'DELETE /auth/oidc/{provider}/link': { params: () => ({ provider: 'nobody' }), answers: [404] },
  'GET /auth/oidc/sign-out': { answers: [200, 204, 302, 404] },
  'GET /features': ok,
  'GET /api-keys': ok,
  'POST /api-keys': {
    body: ({ canary }) => ({ name: canary, scopes: [SCOPES[0]], role: 'regular' }),
    answers: [201],
  },
  'GET /api-keys/current': { answers: [200, 404] },
  'GET /api-keys/{id}': { params: ({ things }) => ({ id: things.apiKeyId }), answers: [200, 404] },
  'DELETE /api-keys/{id}': {
    fresh: async ({ admin, canary }) => ({
      id: idOf(await admin.call('POST', '/api-keys', { name: canary, scopes: [SCOPES[0]] })),
    }),
    answers: [204, 404],
  },

  // The organization.
  'GET /organizations': ok,
  'POST /organizations': { body: ({ canary }) => ({ name: `${canary} again` }), answers: [201] },
  'GET /organizations/{id}': { params: organization, answers: [200] },
  'PATCH /organizations/{id}': {
    params: organization,
    body: ({ name, canary }) => ({ name: `${name} ${canary}` }),
    headers: { 'if-match': '"999999"' },
    answers: [412],
  },
  'DELETE /organizations/{id}': {
    params: organization,
    cleanUp: ({ admin, id }) => admin.call('POST', `/organizations/${id}/restore`),
    answers: [200],
  },
  'POST /organizations/{id}/restore': { params: organization, answers: [200, 409] },
  'GET /organizations/{id}/usage': { params: organization, answers: [200] },
  'GET /organizations/{id}/exports': { params: organization, answers: [200] },
  'POST /organizations/{id}/exports': { params: organization, answers: [202, 409] },
  'GET /organizations/{id}/exports/{exportId}': { params: archive, answers: [200] },
  'GET /organizations/{id}/exports/{exportId}/file': { params: archive, answers: [200] },
  'GET /organizations/{id}/sso': { params: organization, answers: [200] },
  'PATCH /organizations/{id}/sso': { params: organization, body: () => ({ ssoOnly: false }), answers: [200] },
  'GET /organizations/{id}/members': { params: organization, query: '?q=a', answers: [200] },
  'PATCH /organizations/{id}/members/{userId}': {
    params: ({ id, things }) => ({ id, userId: things.memberId }),
    body: () => ({ role: 'regular' }),
    answers: [200],
  },
  // Oneself: `everybody may leave` is in the table; removing others is a rule of the service with tests of its own.
  'DELETE /organizations/{id}/members/{userId}': {
    params: ({ id }) => ({ id, userId: randomUUID() }),
    answers: [403, 404],
  },
  'GET /invitations': ok,
  'POST /invitations': { body: ({ canary }) => ({ role: 'guest', message: canary }), answers: [201] },
  'DELETE /invitations/{id}': { fresh: freshInvitation, answers: [204] },
  'POST /invitations/{id}/resend': { fresh: freshInvitation, answers: [200, 429] },
  'GET /audit-events': ok,
  'GET /audit-events/export': { query: '?format=jsonl', answers: [200] },
  'GET /audit-events/verification': ok,

  // The library, and what is found in it.
  'GET /library/sources': ok,
  'POST /library/sources': {
    body: ({ canary }) => ({ title: canary, text: `Again, only ${canary} knows. ${randomUUID()}` }),
    answers: [202],
  },
  'GET /library/sources/{id}': { params: source, answers: [200] },
  'PATCH /library/sources/{id}': {
    params: source,
    body: () => ({ collectionId: null }),
    answers: [200, 409],
  },
  'DELETE /library/sources/{id}': { fresh: freshSource, answers: [204] },
  'GET /library/sources/{id}/content': { params: source, answers: [200] },
  'GET /library/sources/{id}/chunks': { params: source, answers: [200] },
  'GET /library/sources/{id}/versions': { params: source, answers: [200] },
  'GET /library/sources/{id}/file': { params: source, answers: [200] },
  'POST /library/sources/{id}/reprocess': { fresh: freshSource, answers: [202, 409] },
  'POST /library/sources/{id}/cancel': { fresh: freshSource, answers: [200, 202, 409] },
  'GET /library/events': ok,
  'GET /library/collections': ok,
  'POST /library/collections': {
    body: ({ canary }) => ({ name: `${canary} ${randomUUID()}` }),
    answers: [201],
  },
  'GET /library/collections/{id}': { params: collection, answers: [200] },
  'PATCH /library/collections/{id}': {
    params: collection,
    body: ({ canary }) => ({ description: `Letters of ${canary}` }),
    headers: { 'if-match': '"1"' },
    answers: [200, 412],
  },
  'DELETE /library/collections/{id}': { fresh: freshCollection, answers: [204] },
  'GET /search': { query: '?q=lighthouse', answers: [200] },
  'POST /ask': { body: () => ({ question: 'Who knows why the lighthouse was dark?' }), answers: [200] },
  'GET /tasks': ok,
  'GET /tasks/{id}': { params: task, answers: [200] },
  'GET /tasks/{id}/events': { params: task, answers: [200] },
  'POST /tasks/{id}/cancel': { params: task, answers: [200, 409] },
  'POST /tasks/{id}/retry': { params: task, answers: [200, 202, 409] },

  // The instance.
  'GET /operator/overview': ok,
  'GET /operator/audit-events': ok,
  'GET /operator/audit-events/export': { query: '?format=jsonl', answers: [200] },
  'GET /operator/audit-events/verification': ok,
  'GET /operator/organizations': ok,
  'GET /operator/organizations/{id}': { params: organization, answers: [200] },
  'POST /operator/organizations/{id}/suspend': {
    params: () => ({ id: randomUUID() }),
    body: () => ({ reason: 'a test' }),
    answers: [404],
  },
  'POST /operator/organizations/{id}/unsuspend': { params: organization, answers: [200, 409] },
  'GET /operator/organizations/{id}/sso': { params: organization, answers: [200] },
  'PATCH /operator/organizations/{id}/sso': {
    params: organization,
    body: () => ({ ssoOnly: false }),
    answers: [200],
  },
  'GET /operator/organizations/{id}/features': { params: organization, answers: [200] },
  'PUT /operator/organizations/{id}/features/{feature}': {
    params: ({ id }) => ({ id, feature: 'ask' }),
    body: () => ({ on: true }),
    answers: [200],
  },
  'GET /operator/users': ok,
  'GET /operator/users/{id}': { params: ({ things }) => ({ id: things.memberId }), answers: [200] },
  'PATCH /operator/users/{id}': {
    params: ({ things }) => ({ id: things.memberId }),
    body: () => ({ disabled: false }),
    answers: [200],
  },
  'DELETE /operator/users/{id}': { params: () => ({ id: randomUUID() }), answers: [404] },
  'DELETE /operator/users/{id}/second-factor': { params: () => ({ id: randomUUID() }), answers: [404] },
  'POST /operator/users/{id}/sign-in-link': {
    params: ({ things }) => ({ id: things.memberId }),
    answers: [200, 201],
  },
  'GET /operator/identity-providers': ok,
  'POST /operator/identity-providers': {
    body: () => ({ slug: 'x', label: 'x', issuer: 'nonsense' }),
    answers: [422],
  },
  'GET /operator/identity-providers/{id}': { params: () => ({ id: randomUUID() }), answers: [404] },
  'PATCH /operator/identity-providers/{id}': {
    params: () => ({ id: randomUUID() }),
    body: () => ({}),
    answers: [404, 422, 428],
  },
  'DELETE /operator/identity-providers/{id}': { params: () => ({ id: randomUUID() }), answers: [404, 428] },
  'GET /operator/mail': ok,
  'GET /operator/mail/{id}': { params: () => ({ id: randomUUID() }), answers: [404] },
  'POST /operator/mail/{id}/send': { params: () => ({ id: randomUUID() }), answers: [404, 409, 503] },
  'GET /operator/signing-keys': ok,
  'POST /operator/signing-keys/rotate': { body: () => ({ endSessions: 'nonsense' }), answers: [422] },
  'GET /operator/features': ok,
  'PUT /operator/features/{feature}': {
    params: () => ({ feature: 'ask' }),
    body: () => ({ on: true }),
    answers: [200],
  },
  'GET /operator/maintenance': ok,
  'PUT /operator/maintenance': { body: () => ({ mode: 'nonsense', message: 'x' }), answers: [422] },
  'DELETE /operator/maintenance': { answers: [200, 204] },
};
