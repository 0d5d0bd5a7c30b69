import type { Page } from 'playwright-core';
import { OPERATOR_SECRET, type RunningServer } from './server.ts';

export interface Screen {
  readonly name: string;
  readonly path: () => string;
  /** Brings the screen into the state that is judged. */
  readonly ready: (page: Page) => Promise<unknown>;
  readonly signedOut?: true;
}

/** The pages of the organization and of operators, for who is admin and operator. */
export const ADMINISTRATION: readonly Screen[] = [
  {
    name: 'organization',
    path: () => '/organization',
    ready: (page) => page.getByRole('button', { name: 'Delete…' }).waitFor(),
  },
  {
    name: 'organization, asked before closing',
    path: () => '/organization',
    ready: async (page) => {
      await page.getByRole('button', { name: 'Delete…' }).click();
      await page.getByRole('dialog').waitFor();
    },
  },
  {
    name: 'people',
    path: () => '/organization/members',
    ready: async (page) => {
      await page.locator('[data-member]').first().waitFor();
      await page.locator('[data-invitation]').first().waitFor();
    },
  },
  {
    name: 'people, inviting',
    path: () => '/organization/members',
    ready: async (page) => {
      await page.getByRole('button', { name: 'Invite', exact: true }).click();
      await page.getByRole('dialog').waitFor();
    },
  },
  {
    name: 'API keys of the organization',
    path: () => '/organization/api-keys',
    ready: (page) => page.locator('[data-api-key]').first().waitFor(),
  },
  {
    name: 'signing in to the organization',
    path: () => '/organization/access',
    ready: (page) => page.getByRole('list', { name: 'Identity providers' }).waitFor(),
  },
  {
    name: 'audit trail, verified',
    path: () => '/organization/audit',
    ready: async (page) => {
      await page.locator('[data-event]').first().waitFor();
      await page.getByRole('button', { name: 'Verify' }).click();
      await page.getByText('The trail is whole').waitFor();
    },
  },
  {
    name: 'audit trail, one event',
    path: () => '/organization/audit',
    ready: async (page) => {
      await page.locator('[data-event]').first().getByRole('button').click();
      await page.getByRole('dialog').waitFor();
    },
  },
  {
    name: 'usage',
    path: () => '/organization/usage',
    ready: (page) => page.getByRole('region', { name: 'Library' }).waitFor(),
  },
  {
    name: 'operator, overview',
    path: () => '/operator',
    ready: (page) => page.getByRole('region', { name: 'Space' }).waitFor(),
  },
  {
    name: 'operator, an organization',
    path: () => '/operator/organizations',
    ready: async (page) => {
      await page.locator('[data-organization]').first().getByRole('button').click();
      await page.getByRole('dialog').getByRole('list', { name: 'Switches' }).waitFor();
    },
  },
  {
    name: 'operator, an account',
    path: () => '/operator/users',
    ready: async (page) => {
      await page.locator('[data-user]').first().getByRole('button').click();
      await page.getByRole('dialog').getByRole('heading', { name: 'What you can do' }).waitFor();
    },
  },
  {
    name: 'operator, identity providers',
    path: () => '/operator/identity-providers',
    ready: (page) => page.locator('[data-provider]').first().waitFor(),
  },
  {
    name: 'operator, an identity provider',
    path: () => '/operator/identity-providers',
    ready: async (page) => {
      await page.locator('[data-provider]').first().getByRole('button').click();
      await page.getByRole('dialog').getByLabel('Issuer').waitFor();
    },
  },
  {
    name: 'operator, mail',
    path: () => '/operator/mail',
    ready: async (page) => {
      await page
        .getByRole('button', { name: /^Read the message/ })
        .first()
        .click();
      await page.getByRole('dialog').waitFor();
    },
  },
  {
    name: 'operator, switches',
    path: () => '/operator/switches',
    ready: (page) => page.locator('[data-feature]').first().waitFor(),
  },
  {
    name: 'operator, audit trail',
    path: () => '/operator/audit',
    ready: (page) => page.locator('[data-event]').first().waitFor(),
  },
  {
    name: 'operator, signing keys',
    path: () => '/operator/signing-keys',
    ready: (page) => page.locator('[data-key]').first().waitFor(),
  },
];

/** Marks the person as operator, and makes what the pages of administration show. */
export async function furnish(page: Page, server: RunningServer): Promise<void> {
  const me: { user: { id: string }; organization: { id: string }; csrfToken: string } = await (
    await page.request.get('/api/v1/auth/me')
  ).json();
  const own = { 'x-csrf-token': me.csrfToken, origin: server.url };
  const secret = { 'x-admin-secret': OPERATOR_SECRET };
  const sent = [
    await page.request.post('/api/v1/invitations', {
      headers: own,
      data: { role: 'power', email: 'emil@example.org' },
    }),
    await page.request.post('/api/v1/api-keys', {
      headers: own,
      data: { name: 'Nightly import', scopes: ['library:read', 'library:write'] },
    }),
    await page.request.patch(`/api/v1/operator/users/${me.user.id}`, {
      headers: secret,
      data: { operator: true },
    }),
    await page.request.post('/api/v1/operator/identity-providers', {
      headers: secret,
      data: {
        slug: 'acme',
        label: 'Acme',
        issuer: 'https://login.acme.example',
        clientId: 'scriptorium',
        organizations: [{ organizationId: me.organization.id, claimValue: null }],
        roleClaim: ['roles'],
        roles: { editor: 'power' },
      },
    }),
  ];
  for (const answer of sent) if (!answer.ok()) throw new Error(`${answer.url()}: ${await answer.text()}`);
}
