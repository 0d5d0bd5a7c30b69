import type { Actor } from '../../../kernel/actor.ts';
import { instanceActor } from '../../../kernel/actor.ts';
import { AppError } from '../../../kernel/errors.ts';
import type { Page, PageRequest } from '../../../kernel/page.ts';
import type { AuditTrail } from '../../../platform/audit/index.ts';
import type { UnitOfWork } from '../../../platform/db/index.ts';
import type { MailState, Outbox, OutboxEntry, OutboxMessage } from '../../../platform/mail/index.ts';
import { requireInstance } from '../identity.policy.ts';

/** Mail as operators see it. Every method throws `identity.not_allowed` for others. */
export interface OperatedMail {
  /** Newest first, without texts. */
  list(actor: Actor, page: PageRequest, state: MailState | undefined): Promise<Page<OutboxEntry>>;
  /** With its text, which may let the reader in as its recipient: that it was read is recorded. Throws `mail.not_found`. */
  read(actor: Actor, id: string): Promise<OutboxMessage>;
  /** Sends a held or failed message. Throws `mail.not_found`, `mail.nothing_to_send`. */
  resend(actor: Actor, id: string): Promise<OutboxMessage>;
}

export interface OutboxDependencies {
  readonly uow: UnitOfWork;
  readonly audit: AuditTrail;
  readonly outbox: Outbox;
}

export function createOperatedMail({ uow, audit, outbox }: OutboxDependencies): OperatedMail {
  return {
    list: async (actor, page, state) => {
      requireInstance(actor);
      return outbox.list(page, state);
    },
    read: async (actor, id) => {
      requireInstance(actor);
      const message = await found(id);
      await record(actor, 'mail.read', message);
      return message;
    },
    resend: async (actor, id) => {
      requireInstance(actor);
      await found(id);
      if (!(await outbox.resend(id))) throw nothingToSend();
      const message = await found(id);
      await record(actor, 'mail.resent', message);
      return message;
    },
  };

  async function found(id: string): Promise<OutboxMessage> {
    const message = await outbox.get(id);
    if (!message) throw mailNotFound();
    return message;
  }

  async function record(actor: Actor, action: string, { id, kind }: OutboxMessage): Promise<void> {
    await uow.write(instanceActor(actor.requestId), (tx) =>
      audit.record(tx, actor, {
        action,
        organizationId: null,
        target: { type: 'mail', id },
        details: { kind },
      }),
    );
  }
}

function mailNotFound(): AppError {
  return new AppError({
    kind: 'not_found',
    code: 'mail.not_found',
    safeMessage: 'There is no such message.',
  });
}

function nothingToSend(): AppError {
  return new AppError({
    kind: 'conflict',
    code: 'mail.nothing_to_send',
    safeMessage:
      'This message is on its way or was sent, its text was removed, or there is no mail server (SMTP_URL).',
  });
}
