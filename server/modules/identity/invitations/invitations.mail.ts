import type { MailMessage } from '../../../platform/mail/index.ts';

export interface InvitationMail {
  readonly to: string;
  readonly organizationName: string;
  readonly inviterName: string;
  /** What the inviter wrote; empty for nothing. */
  readonly message: string;
  readonly link: string;
  /** RFC 3339. */
  readonly expiresAt: string;
}

/** What people wrote is quoted line by line, so that it cannot pass for the product's own words. */
export function invitationMail(mail: InvitationMail): MailMessage {
  const { to, organizationName, inviterName, message, link, expiresAt } = mail;
  const quoted = message.split(/\r\n|\r|\n/).map((line) => `> ${line}`);
  const lines = [
    `${inviterName} invites you to “${organizationName}” on Scriptorium.`,
    '',
    ...(message === '' ? [] : ['They write:', ...quoted, '']),
    'Accept by this link. It works once:',
    link,
    '',
    `It is valid until ${expiresAt.slice(0, 16).replace('T', ' ')} UTC. If you do not expect this invitation, you can ignore it.`,
  ];
  return {
    kind: 'invitation',
    to,
    subject: `Invitation to ${organizationName}`,
    text: lines.join('\n'),
  };
}
