import type { Role } from '../kernel/actor.ts';
import type { Scope } from '../kernel/scopes.ts';

/**
 * Who may do what: every operation of the API, reviewed by people and independent of what the routes declare about
 * themselves. Tests hold the routes, the OpenAPI document and the behaviour of a running server to it, and an operation
 * that does not stand here fails the build. `docs/security/permissions.md` shows it in readable form.
 */
export type Permission =
  | { readonly kind: 'public'; readonly because: string }
  /** `scope`: what an API key needs besides its person's role; `any`: every key may; null: none may. */
  | {
      readonly kind: 'role';
      readonly minimum: Role;
      readonly scope: Scope | 'any' | null;
      /** Where it is about the account, which is more than one organization's. */
      readonly confined?: Confined;
    }
  | { readonly kind: 'operator' };

/**
 * What is left of an operation for somebody who came through an identity provider that does not open everything, and so may be
 * whoever runs it. `open`: all, it is about this session or organization. `narrowed`: what the sign-in opened, the rest is not
 * there. `alone`: all while they belong to nothing else; then it needs their password, or a sign-in of their own. `proof`: it
 * needs their password or code even so, because what it does lasts when they join others. `refused`: a sign-in of their own.
 */
export type Confined = 'open' | 'narrowed' | 'alone' | 'proof' | 'refused';

const open = (because: string): Permission => ({ kind: 'public', because });
const from = (minimum: Role, scope: Scope | 'any' | null = null) =>
  ({ kind: 'role', minimum, scope }) as const satisfies Permission;
const operator: Permission = { kind: 'operator' };

/** About oneself: everybody who is signed in, and no API key, because a key must not open its owner's account. */
const oneself = (confined: Confined): Permission => ({ ...from('guest'), confined });
const admin = from('admin');

export const PERMISSIONS: Readonly<Record<string, Permission>> = {
  // Getting in.
  'POST /auth/register': open('people without an account make one'),
  'POST /auth/register/confirm': open('the token says who it is'),
  'POST /auth/login': open('people sign in by it'),
  'POST /auth/login/second-factor': open('the challenge says who it is'),
  'POST /auth/sign-in-link': open('the token says who it is'),
  'POST /auth/refresh': open('the refresh token says who it is'),
  'POST /auth/logout': open('also with an access token that has ended'),
  'POST /auth/password-reset': open('people who cannot sign in'),
  'POST /auth/password-reset/confirm': open('the token says who it is'),
  'GET /auth/oidc/providers': open('the sign-in page shows them'),
  'GET /auth/oidc/errors/{code}': open('the sign-in page explains what went wrong'),
  'GET /auth/oidc/{provider}/start': open('people sign in by it'),
  'GET /auth/oidc/{provider}/callback': open('the provider sends the browser here'),
  'POST /auth/oidc/{provider}/backchannel-logout': open('the logout token says who sent it'),
  'POST /auth/webhooks/{provider}': open('the signature says who sent it'),
  'POST /invitations/lookup': open('whoever holds the token may know what it is for'),
  'POST /invitations/accept': open('people without an account accept too'),
  'GET /instance': open('the sign-in page shows it'),

  // Oneself.
  'GET /auth/me': oneself('narrowed'),
  // Another address: `proof`.
  'PATCH /auth/me': oneself('alone'),
  'DELETE /auth/me': oneself('alone'),
  'POST /auth/organization': oneself('narrowed'),
  'GET /auth/sessions': oneself('narrowed'),
  'DELETE /auth/sessions': oneself('narrowed'),
  'DELETE /auth/sessions/{id}': oneself('narrowed'),
  'GET /auth/events': oneself('alone'),
  'POST /auth/password': oneself('proof'),
  'POST /auth/email-verification': oneself('open'),
  // Not by the token alone: whoever reads somebody else's mail must not confirm an account that they did not make.
  'POST /auth/email-verification/confirm': oneself('open'),
  'GET /auth/second-factor': oneself('open'),
  'POST /auth/second-factor': oneself('alone'),
  'DELETE /auth/second-factor': oneself('alone'),
  'POST /auth/second-factor/confirm': oneself('proof'),
  'POST /auth/second-factor/recovery-codes': oneself('proof'),
  'GET /auth/identities': oneself('narrowed'),
  'POST /auth/oidc/{provider}/link': oneself('proof'),
  'DELETE /auth/oidc/{provider}/link': oneself('alone'),
  'GET /auth/oidc/sign-out': oneself('open'),
  'GET /features': oneself('open'),
  'GET /api-keys': from('regular'),
  'POST /api-keys': from('regular'),
  'GET /api-keys/current': from('guest', 'any'),
  'GET /api-keys/{id}': from('regular'),
  'DELETE /api-keys/{id}': from('regular'),

  // The organization.
  'GET /organizations': { ...from('guest', 'organization:read'), confined: 'narrowed' },
  'POST /organizations': oneself('refused'),
  'GET /organizations/{id}': from('guest', 'organization:read'),
  'PATCH /organizations/{id}': admin,
  'DELETE /organizations/{id}': admin,
  'POST /organizations/{id}/restore': admin,
  'GET /organizations/{id}/usage': from('admin', 'organization:read'),
  'GET /organizations/{id}/exports': admin,
  'POST /organizations/{id}/exports': admin,
  'GET /organizations/{id}/exports/{exportId}': admin,
  'GET /organizations/{id}/exports/{exportId}/file': admin,
  'GET /organizations/{id}/sso': admin,
  'PATCH /organizations/{id}/sso': admin,
  'GET /organizations/{id}/members': from('regular', 'organization:read'),
  'PATCH /organizations/{id}/members/{userId}': admin,
  // Everybody may leave; the service lets only admins remove others.
  'DELETE /organizations/{id}/members/{userId}': oneself('open'),
  'GET /invitations': admin,
  'POST /invitations': admin,
  'DELETE /invitations/{id}': admin,
  'POST /invitations/{id}/resend': admin,
  'GET /audit-events': from('admin', 'audit:read'),
  'GET /audit-events/export': from('admin', 'audit:read'),
  'GET /audit-events/verification': from('admin', 'audit:read'),

  // The library, and what is found in it.
  'GET /library/sources': from('regular', 'library:read'),
  'POST /library/sources': from('power', 'library:write'),
  'GET /library/sources/{id}': from('regular', 'library:read'),
  'PATCH /library/sources/{id}': from('power', 'library:write'),
  'DELETE /library/sources/{id}': from('power', 'library:write'),
  'GET /library/sources/{id}/content': from('regular', 'library:read'),
  'GET /library/sources/{id}/chunks': from('regular', 'library:read'),
  'GET /library/sources/{id}/versions': from('regular', 'library:read'),
  'GET /library/sources/{id}/file': from('regular', 'library:read'),
  'POST /library/sources/{id}/reprocess': from('power', 'library:write'),
  'POST /library/sources/{id}/cancel': from('power', 'library:write'),
  'GET /library/events': from('regular', 'library:read'),
  'GET /library/collections': from('regular', 'library:read'),
  'POST /library/collections': from('power', 'library:write'),
  'GET /library/collections/{id}': from('regular', 'library:read'),
  'PATCH /library/collections/{id}': from('power', 'library:write'),
  'DELETE /library/collections/{id}': from('power', 'library:write'),
  // Guests may search, and find only what is shared with them: nothing of the library.
  'GET /search': from('guest', 'search:read'),
  'POST /ask': from('regular', 'ask:run'),
  'GET /tasks': from('regular', 'tasks:read'),
  'GET /tasks/{id}': from('regular', 'tasks:read'),
  'GET /tasks/{id}/events': from('regular', 'tasks:read'),
  'POST /tasks/{id}/cancel': from('power', 'tasks:write'),
  'POST /tasks/{id}/retry': from('power', 'tasks:write'),

  // The instance.
  'GET /operator/overview': operator,
  'GET /operator/audit-events': operator,
  'GET /operator/audit-events/export': operator,
  'GET /operator/audit-events/verification': operator,
  'GET /operator/organizations': operator,
  'GET /operator/organizations/{id}': operator,
  'POST /operator/organizations/{id}/suspend': operator,
  'POST /operator/organizations/{id}/unsuspend': operator,
  'GET /operator/organizations/{id}/sso': operator,
  'PATCH /operator/organizations/{id}/sso': operator,
  'GET /operator/organizations/{id}/features': operator,
  'PUT /operator/organizations/{id}/features/{feature}': operator,
  'GET /operator/users': operator,
  'GET /operator/users/{id}': operator,
  'PATCH /operator/users/{id}': operator,
  'DELETE /operator/users/{id}': operator,
  'POST /operator/users/{id}/sign-in-link': operator,
  'DELETE /operator/users/{id}/second-factor': operator,
  'GET /operator/identity-providers': operator,
  'POST /operator/identity-providers': operator,
  'GET /operator/identity-providers/{id}': operator,
  'PATCH /operator/identity-providers/{id}': operator,
  'DELETE /operator/identity-providers/{id}': operator,
  'GET /operator/mail': operator,
  'GET /operator/mail/{id}': operator,
  'POST /operator/mail/{id}/send': operator,
  'GET /operator/signing-keys': operator,
  'POST /operator/signing-keys/rotate': operator,
  'GET /operator/features': operator,
  'PUT /operator/features/{feature}': operator,
  'GET /operator/maintenance': operator,
  'PUT /operator/maintenance': operator,
  'DELETE /operator/maintenance': operator,
};
