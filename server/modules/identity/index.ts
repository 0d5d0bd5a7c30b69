import type { Actor, Role } from '../../kernel/actor.ts';
import type { Page, PageRequest } from '../../kernel/page.ts';
import type { OrganizationView, UserView } from './identity.schemas.ts';

export type { ProviderBody, ProviderPatch } from './federation/providers.schemas.ts';
export type { OrganizationView, UserView } from './identity.schemas.ts';
export type { SigningKeyList } from './signing-keys/signing-keys.schemas.ts';
export { signingKeySeal } from './signing-keys/signing-keys.seal.ts';

/** A person and where they belong; the organization that they have belonged to longest first. */
export interface Account {
  readonly user: UserView;
  readonly organizations: readonly OrganizationView[];
}

export interface NewAccount {
  readonly email: string;
  readonly name: string;
  /** Null: they sign in by link. */
  readonly password: string | null;
  readonly role: Role;
  /** One that exists, or a new one by name. */
  readonly organization: { readonly id: string } | { readonly name: string };
}

export interface SignInLink {
  /** Shown once, to be put into a link; only its hash is kept. */
  readonly token: string;
  /** RFC 3339. */
  readonly expiresAt: string;
}

export interface SignInLinkOptions {
  /** Only for whoever holds the database anyway and uses the link at once; default false. */
  readonly waiveSecondFactor?: boolean;
}

export interface FirstAccount extends Account {
  readonly link: SignInLink;
}

/**
 * What start-up, the command line and other modules may ask of identity. Every method is for the instance itself
 * (`instanceActor`) or its operator and throws `identity.not_allowed` for others.
 */
export interface IdentityApi {
  /**
   * The first organization, its admin without a password, and a link to sign in by. Where they are there already, another
   * link in place of the first as long as that admin has no other way in, else null. Safe to run in several processes at once.
   */
  bootstrap(
    actor: Actor,
    first: { readonly organizationName: string; readonly adminEmail: string; readonly adminName: string },
  ): Promise<FirstAccount | null>;
  /** Throws `identity.invalid_account`, `identity.email_unavailable`, `identity.organization_not_found`. */
  createUser(actor: Actor, account: NewAccount): Promise<Account>;
  findUser(actor: Actor, email: string): Promise<Account | undefined>;
  /** By creation, oldest first. */
  listUsers(actor: Actor, page: PageRequest): Promise<Page<UserView>>;
  /** Also ends all sign-ins of the person. Throws `identity.user_not_found`, `identity.invalid_account`. */
  setPassword(actor: Actor, email: string, password: string): Promise<void>;
  /** A link that signs the person in once, within 24 hours. Throws `identity.user_not_found`. */
  createSignInLink(actor: Actor, email: string, options?: SignInLinkOptions): Promise<SignInLink>;
  /** Removes sessions and links that ended 30 days ago; to be run once a day. */
  sweep(actor: Actor): Promise<void>;
}

/** How many there are in the whole instance. */
export interface AccountCounts {
  readonly users: number;
  readonly disabledUsers: number;
  readonly operators: number;
  readonly organizations: number;
  readonly suspendedOrganizations: number;
  readonly openSessions: number;
  readonly activeApiKeys: number;
}
