import { type Actor, instanceActor } from '../../kernel/actor.ts';
import type { Clock } from '../../kernel/clock.ts';
import { type IdSource, isId } from '../../kernel/ids.ts';
import { decodeCursor, type Page, type PageRequest, toPage } from '../../kernel/page.ts';
import type { AuditTrail } from '../../platform/audit/index.ts';
import { hashOpaqueToken, newOpaqueToken, type PasswordHasher } from '../../platform/auth/index.ts';
import type { Tx, UnitOfWork } from '../../platform/db/index.ts';
import { recordAboutAccount } from './identity.account-trail.ts';
import { emailTaken, organizationNotFound, userNotFound } from './identity.errors.ts';
import { checkEmail, checkName, emailKeyOf, requireInstance } from './identity.policy.ts';
import {
  anyOrganization,
  findAccountByEmail,
  insertMembership,
  insertOrganization,
  insertUser,
  isEmailTaken,
  listUsers as listUserRows,
  lockBootstrap,
  organizationExists,
  organizationsOf,
  updatePassword,
} from './identity.repository.ts';
import { toOrganizationView, toUserView, type UserView } from './identity.schemas.ts';
import {
  deleteEnded,
  deleteLinksOf,
  hasWayIn,
  insertLink,
  revokeSessionsOf,
} from './identity.sessions.repository.ts';
import type { AccountRow, UserRow } from './identity.tables.ts';
import type {
  Account,
  FirstAccount,
  IdentityApi,
  NewAccount,
  SignInLink,
  SignInLinkOptions,
} from './index.ts';
import { checkPassword } from './passwords/password.policy.ts';

/** Milliseconds that a one-time link is good for. */
const LINK_LIFETIME = 24 * 3_600_000;
/** Milliseconds that ended sessions and links are kept, to be looked at. */
const KEEP_ENDED = 30 * 24 * 3_600_000;

export interface AccountsDependencies {
  readonly uow: UnitOfWork;
  readonly audit: AuditTrail;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly passwords: PasswordHasher;
}

/** A new account whose fields were checked and whose password was hashed. */
interface PreparedAccount extends Omit<NewAccount, 'password'> {
  readonly emailKey: string;
  readonly passwordHash: string | null;
}

export function createAccounts({ uow, audit, clock, ids, passwords }: AccountsDependencies): IdentityApi {
  return { bootstrap, createUser, findUser, listUsers, setPassword, createSignInLink, sweep };

  async function bootstrap(
    actor: Actor,
    first: { readonly organizationName: string; readonly adminEmail: string; readonly adminName: string },
  ): Promise<FirstAccount | null> {
    const instance = asInstance(actor);
    const prepared = await prepare({
      email: first.adminEmail,
      name: first.adminName,
      password: null,
      role: 'admin',
      organization: { name: first.organizationName },
    });
    return uow.write(instance, async (tx) => {
      await lockBootstrap(tx);
      const account = (await anyOrganization(tx))
        ? await withoutWayIn(tx, prepared.emailKey)
        : await insertAccount(tx, actor, prepared);
      return account && { ...account, link: await addLink(tx, actor, account.user.id, false) };
    });
  }

  /** The first admin, where the link of the first start was lost: nobody could sign in any more. */
  async function withoutWayIn(tx: Tx, emailKey: string): Promise<Account | null> {
    const row = await findAccountByEmail(tx, emailKey);
    if (!row || (await hasWayIn(tx, row.id, clock().toISOString()))) return null;
    await deleteLinksOf(tx, row.id);
    return accountOf(tx, row);
  }

  async function createUser(actor: Actor, account: NewAccount): Promise<Account> {
    const instance = asInstance(actor);
    const prepared = await prepare(account);
    return uow
      .write(instance, (tx) => insertAccount(tx, actor, prepared))
      .catch((error: unknown) => {
        throw isEmailTaken(error) ? emailTaken() : error;
      });
  }

  async function prepare({ password, ...account }: NewAccount): Promise<PreparedAccount> {
    const { organization } = account;
    if ('id' in organization && !isId(organization.id)) throw organizationNotFound();
    return {
      ...account,
      ...checkEmail(account.email),
      name: checkName('/name', account.name),
      organization:
        'id' in organization ? organization : { name: checkName('/organizationName', organization.name) },
      passwordHash:
        password === null ? null : await passwords.hash(await checkPassword(password, account), undefined),
    };
  }

  async function insertAccount(tx: Tx, actor: Actor, account: PreparedAccount): Promise<Account> {
    const { email, emailKey, name, passwordHash, organization, role } = account;
    const at = clock().toISOString();
    const user = await insertUser(tx, { id: ids(), email, emailKey, name, passwordHash, at });
    const organizationId = 'id' in organization ? organization.id : ids();
    if ('name' in organization)
      await insertOrganization(tx, { id: organizationId, name: organization.name, at });
    else if (!(await organizationExists(tx, organizationId))) throw organizationNotFound();
    await insertMembership(tx, { organizationId, userId: user.id, role, at });
    const created = { action: 'user.created', after: { role, organizationId } };
    await audit.record(tx, actor, { ...created, organizationId, target: { type: 'user', id: user.id } });
    await recordAboutAccount(audit, tx, actor, user.id, created);
    return accountOf(tx, user);
  }

  async function accountOf(tx: Tx, user: UserRow): Promise<Account> {
    const organizations = await organizationsOf(tx, user.id);
    return { user: toUserView(user), organizations: organizations.map(toOrganizationView) };
  }

  async function findUser(actor: Actor, email: string): Promise<Account | undefined> {
    return uow.read(asInstance(actor), async (tx) => {
      const row = await rowOf(tx, email);
      return row && accountOf(tx, row);
    });
  }

  async function listUsers(actor: Actor, page: PageRequest): Promise<Page<UserView>> {
    const after = page.cursor === undefined ? undefined : decodeCursor(page.cursor);
    const rows = await uow.read(asInstance(actor), (tx) => listUserRows(tx, page.limit + 1, after));
    return toPage(rows, page.limit, (row) => ({ at: row.created_at, id: row.id }), toUserView);
  }

  async function setPassword(actor: Actor, email: string, password: string): Promise<void> {
    const instance = asInstance(actor);
    const passwordHash = await passwords.hash(await checkPassword(password, { email }), undefined);
    await uow.write(instance, async (tx) => {
      const row = (await rowOf(tx, email)) ?? missing();
      const at = clock().toISOString();
      await updatePassword(tx, row.id, passwordHash, at);
      await revokeSessionsOf(tx, row.id, at);
      await recordAboutAccount(audit, tx, actor, row.id, { action: 'user.password_set' });
    });
  }

  async function createSignInLink(
    actor: Actor,
    email: string,
    { waiveSecondFactor = false }: SignInLinkOptions = {},
  ): Promise<SignInLink> {
    return uow.write(asInstance(actor), async (tx) => {
      const row = (await rowOf(tx, email)) ?? missing();
      return addLink(tx, actor, row.id, waiveSecondFactor);
    });
  }

  async function addLink(
    tx: Tx,
    actor: Actor,
    userId: string,
    waivesSecondFactor: boolean,
  ): Promise<SignInLink> {
    const token = newOpaqueToken();
    const now = clock();
    const expiresAt = new Date(now.getTime() + LINK_LIFETIME).toISOString();
    await insertLink(tx, {
      tokenHash: hashOpaqueToken(token),
      ...{ userId, waivesSecondFactor, expiresAt },
      at: now.toISOString(),
    });
    await recordAboutAccount(audit, tx, actor, userId, {
      action: 'sign_in_link.created',
      details: { expiresAt, waivesSecondFactor },
    });
    return { token, expiresAt };
  }

  async function sweep(actor: Actor): Promise<void> {
    const before = new Date(clock().getTime() - KEEP_ENDED).toISOString();
    await uow.write(asInstance(actor), (tx) => deleteEnded(tx, before));
  }
}

function asInstance(actor: Actor): Actor {
  requireInstance(actor);
  return instanceActor(actor.requestId);
}

async function rowOf(tx: Tx, email: string): Promise<AccountRow | undefined> {
  const emailKey = emailKeyOf(email);
  return emailKey === undefined ? undefined : findAccountByEmail(tx, emailKey);
}

function missing(): never {
  throw userNotFound();
}
