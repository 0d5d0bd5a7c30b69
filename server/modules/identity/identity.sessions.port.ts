import type { Actor } from '../../kernel/actor.ts';
import type { RefreshFamily } from '../../platform/auth/index.ts';
import type { Tx } from '../../platform/db/index.ts';
import type { Way } from './federation/sso.repository.ts';
import type { OrganizationView, UserView } from './identity.schemas.ts';
import type { OrganizationRow, SignInMethod, UserRow } from './identity.tables.ts';

/** A session that was opened or renewed, before its tokens are made. */
export interface OpenSession {
  readonly family: RefreshFamily;
  readonly user: UserRow;
  readonly organization: OrganizationRow;
}

/** Everything that a sign-in gives; the routes decide by which way it travels. */
export interface Grant {
  readonly accessToken: string;
  /** Seconds. */
  readonly expiresIn: number;
  readonly refreshToken: string;
  /** Seconds. */
  readonly refreshExpiresIn: number;
  readonly csrfToken: string;
  readonly user: UserView;
  readonly organization: OrganizationView;
}

/** Where a request came from, as far as it says. */
export interface Origin {
  readonly address: string;
  /** The header `User-Agent`; anybody can write anything there. */
  readonly userAgent: string | undefined;
}

/** What is to be known of a sign-in. */
export interface Opening {
  readonly method: SignInMethod;
  readonly origin: Origin;
  /** One of theirs; the organization that they have belonged to longest where it is none or not given. */
  readonly organizationId?: string | undefined;
  /** What they showed besides. */
  readonly secondFactor?: 'code' | 'recovery_code';
  /** Of the identity provider that vouches for them. */
  readonly provider?: ProviderWord;
}

/** What an identity provider has said about a sign-in. */
export interface ProviderWord {
  readonly id: string;
  readonly identityId: string;
  /** Its own session, where it names one. */
  readonly session: string | null;
  /** The person has shown a second factor there. */
  readonly secondFactor: boolean;
  /** Where this sign-in leads, and nowhere else; the first is where it leads unless something else is chosen. */
  readonly organizationIds: readonly string[];
  /** It also opens whatever the person belongs to. */
  readonly everything: boolean;
}

/** Whose sessions end, and why: `reason` is for the audit trail. */
export interface Ending {
  readonly userId: string;
  readonly reason: string;
  /** The one that goes on. */
  readonly except?: string | undefined;
  /** Only what came this way. */
  readonly by?: Way | undefined;
}

export interface Sessions {
  /** Opens a session for somebody who has shown everything that is asked of them. Throws `identity.no_organization`. */
  open(tx: Tx, actor: Actor, user: UserRow, opening: Opening): Promise<OpenSession>;
  /** Makes the tokens of a session. Outside any transaction. */
  grant(session: OpenSession): Promise<Grant>;
  /**
   * Exchanges a refresh token for its successor. Requests at the same time get the same one; a token that was used
   * before ends the session, because two people hold it. Throws `identity.invalid_token`.
   */
  refresh(actor: Actor, refreshToken: string, origin: Origin): Promise<Grant>;
  /** Ends the session that the tokens name; tokens that are not valid are ignored. Throws `identity.csrf_required`. */
  end(actor: Actor, tokens: EndingTokens): Promise<void>;
  /** Ends what a person has open, and what streams there are. Says how many sessions ended. */
  endAll(tx: Tx, actor: Actor, ending: Ending): Promise<number>;
}

/** What came with a sign-out. */
export interface EndingTokens {
  readonly access: string | undefined;
  readonly refresh: string | undefined;
  /** The browser added them by itself, so a proof is needed. */
  readonly fromCookies: boolean;
  readonly csrfToken: string | undefined;
}
