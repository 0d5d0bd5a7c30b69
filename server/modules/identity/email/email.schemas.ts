import { type Static, Type } from 'typebox';
import { Id, Nullable, OneOf, PageOf, PageQuery, Timestamp } from '../../../platform/http/schemas.ts';
import { MAIL_STATES } from '../../../platform/mail/index.ts';

/** A token as it stands in a link that was sent by mail. */
export const MailedToken = Type.String({ minLength: 20, maxLength: 200 });

/** What is done, and whether anything is, shows in somebody's mailbox only. */
export const Accepted = Type.Object({ status: Type.Literal('accepted') });

export const ConfirmEmailBody = Type.Object({ token: MailedToken }, { additionalProperties: false });

const entry = {
  id: Id,
  kind: Type.String({ description: 'for example `verify_email`, `reset_password`, `invitation`' }),
  to: Type.String(),
  subject: Type.String(),
  state: OneOf(MAIL_STATES, '`held`: there is no mail server, pass it on by hand; `failed`: given up'),
  attempts: Type.Integer(),
  reason: Nullable(Type.String({ description: 'what the last attempt that failed said' })),
  sentAt: Nullable(Timestamp),
  createdAt: Timestamp,
  updatedAt: Timestamp,
};

export const OutboxEntryView = Type.Object(entry);
export const OutboxPage = PageOf(OutboxEntryView);
export const OutboxMessageView = Type.Object({
  ...entry,
  text: Nullable(Type.String({ description: 'null once it was removed' })),
});

export const OutboxQuery = Type.Object(
  { ...PageQuery, state: Type.Optional(OneOf(MAIL_STATES)) },
  { additionalProperties: false },
);
export type OutboxQuery = Static<typeof OutboxQuery>;
