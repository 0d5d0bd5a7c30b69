export { createMail, type MailDependencies, type MailService, type MailSettings } from './mail.ts';
export {
  MAIL_STATES,
  type Mail,
  type MailMessage,
  type MailState,
  type Outbox,
  type OutboxEntry,
  type OutboxMessage,
} from './port.ts';
