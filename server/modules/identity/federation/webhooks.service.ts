import type { Logger } from 'pino';
import { type Actor, instanceActor } from '../../../kernel/actor.ts';
import type { Clock } from '../../../kernel/clock.ts';
import type { Tx, UnitOfWork } from '../../../platform/db/index.ts';
import { type Admit, admitting } from './admission.ts';
import { webhookNotUnderstood, webhookRefused } from './federation.errors.ts';
import type { ProviderRow } from './federation.tables.ts';
import { findIdentity } from './identities.repository.ts';
import type { ManagedAccounts } from './managed-accounts.ts';
import type { ProviderSecrets } from './provider-secrets.ts';
import { findEnabledProvider } from './providers.repository.ts';
import {
  deleteMessagesBefore,
  findSubject,
  insertMessage,
  lockSubject,
  saveSubject,
} from './subjects.repository.ts';
import { readWebhook, type UserEvent } from './webhook-events.ts';
import { hasBearerToken, verifyStandardWebhook, type WebhookHeaders } from './webhook-signatures.ts';

/** What identity providers tell about their people between sign-ins. */
export interface Webhooks {
  /**
   * Applies a message once, in whatever order messages come: an older one changes nothing, and after a deletion only a new creation
   * does. `parse` reads the body, after its sender is known. Throws `federation.webhook_refused` and
   * `federation.webhook_not_understood`.
   */
  receive(
    actor: Actor,
    slug: string,
    message: {
      readonly headers: WebhookHeaders;
      readonly body: Buffer;
      readonly parse: (body: Buffer) => unknown;
    },
  ): Promise<void>;
  /** Forgets the ids of messages that are too old to come again. */
  sweep(actor: Actor): Promise<void>;
}

export interface WebhooksDependencies {
  readonly uow: UnitOfWork;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'info'>;
  readonly secrets: ProviderSecrets;
  readonly admit: Admit;
  readonly accounts: ManagedAccounts;
}

/** Milliseconds; senders give up within days. */
const KEEP_MESSAGES = 30 * 24 * 3_600_000;

interface Authentic {
  readonly id: string | undefined;
  readonly sentAt: number;
}

export function createWebhooks(dependencies: WebhooksDependencies): Webhooks {
  const { uow, clock, logger, secrets, admit, accounts } = dependencies;

  return {
    receive: async (actor, slug, { headers, body, parse }) => {
      const instance = instanceActor(actor.requestId);
      const provider = await uow.read(instance, (tx) => findEnabledProvider(tx, slug));
      const now = clock().getTime();
      const format = provider?.webhook_format;
      const sender = provider && authenticate(provider, headers, body, now);
      if (!provider || !format || !sender) throw webhookRefused();
      const content = readWebhook(format, parse(body), { sentAt: sender.sentAt, now });
      if (!content.ok) throw webhookNotUnderstood(content.error);
      const { event } = content.value;
      const id = sender.id ?? content.value.id;
      if (id === undefined) throw webhookNotUnderstood('The message has no id.');
      if (event === null) return;
      const outcome = await admitting(() =>
        uow.write(instance, (tx) => applyOnce(tx, actor, provider, id, event)),
      );
      logger.info(
        { provider: slug, messageId: id, event: event.kind, outcome, requestId: actor.requestId },
        'an identity provider told about a person',
      );
    },
    sweep: async (actor) => {
      const before = new Date(clock().getTime() - KEEP_MESSAGES).toISOString();
      await uow.write(instanceActor(actor.requestId), (tx) => deleteMessagesBefore(tx, before));
    },
  };

  function authenticate(
    provider: ProviderRow,
    headers: WebhookHeaders,
    body: Uint8Array,
    now: number,
  ): Authentic | undefined {
    const known = secrets.openWebhook(provider);
    switch (provider.webhook_format) {
      case 'standard':
        return verifyStandardWebhook(headers, body, known, now);
      case 'auth0':
        return hasBearerToken(headers, known) ? { id: undefined, sentAt: now } : undefined;
      case null:
        return undefined;
    }
  }

  /** Says what became of it, for the log. */
  async function applyOnce(
    tx: Tx,
    actor: Actor,
    provider: ProviderRow,
    messageId: string,
    event: UserEvent,
  ): Promise<string> {
    if (!(await insertMessage(tx, provider.id, messageId, clock().toISOString()))) return 'seen before';
    await lockSubject(tx, provider.issuer, event.subject);
    const known = await findSubject(tx, provider.id, event.subject);
    const newest = Math.max(event.at, known ? Date.parse(known.event_at) : 0);
    const deletedAt = known?.deleted_at ? Date.parse(known.deleted_at) : undefined;
    if (event.kind === 'deleted') {
      await remember(tx, provider, event.subject, newest, newest);
      return (await leave(tx, actor, provider, event)) ? 'removed' : 'not known here';
    }
    const revived = event.kind === 'created' && deletedAt !== undefined && event.at > deletedAt;
    if (deletedAt !== undefined && !revived) return 'deleted before';
    if (newest > event.at) return 'older than what is known';
    await remember(tx, provider, event.subject, newest, undefined);
    return update(tx, actor, provider, event);
  }

  function remember(
    tx: Tx,
    provider: ProviderRow,
    subject: string,
    eventAt: number,
    deletedAt: number | undefined,
  ): Promise<void> {
    return saveSubject(tx, {
      provider_id: provider.id,
      subject,
      event_at: new Date(eventAt).toISOString(),
      deleted_at: deletedAt === undefined ? null : new Date(deletedAt).toISOString(),
    });
  }

  async function update(tx: Tx, actor: Actor, provider: ProviderRow, event: UserEvent): Promise<string> {
    const { claims, at } = event;
    const admission = await admit(tx, actor, { provider, claims, at, complete: false });
    if (!admission.ok) return admission.error.code;
    await accounts.follow(tx, actor, provider, admission.value, claims);
    return 'applied';
  }

  async function leave(tx: Tx, actor: Actor, provider: ProviderRow, event: UserEvent): Promise<boolean> {
    const identity = await findIdentity(tx, provider.issuer, event.subject);
    if (identity) await accounts.release(tx, actor, provider, identity);
    return identity !== undefined;
  }
}
