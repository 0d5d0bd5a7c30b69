import { Button } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type InvitationPreview, ProblemError } from '../../../../client/index.ts';
import { meQuery } from '../../api/identity.ts';
import { useInvitationPreview } from '../../api/mailed-links.ts';
import { useSession } from '../../api/session-context.tsx';
import { FormError } from '../../shared/form-error.tsx';
import { PageLoading } from '../../shared/page-loading.tsx';
import { roleMeaning, roleName } from '../../shared/roles.ts';
import classes from './doorway.module.css';
import { Doorway } from './doorway.tsx';
import { AcceptByAddress } from './invitation-by-address.tsx';
import { AcceptByLink } from './invitation-by-link.tsx';
import { AcceptSignedIn } from './invitation-signed-in.tsx';
import { useMailedToken } from './use-mailed-token.ts';

/** What an invitation is for, and the ways to accept it: signed in, by an address that it came to, or by a bare link. */
export function InvitationPage() {
  useDocumentTitle('Invitation · Scriptorium');
  const { token, forget } = useMailedToken('scriptorium.invitation');
  const me = useQuery(meQuery(useSession()));
  const invitation = useInvitationPreview(token);
  if (token === null) return <NotValid error={null} />;
  if (invitation.isError) return <NotValid error={invitation.error} />;
  if (invitation.isPending || me.isPending) return <PageLoading />;

  const preview = invitation.data;
  const nobody = me.error instanceof ProblemError && me.error.status === 401;
  const step = { token, onUsed: forget, organizationName: preview.organization.name };
  return (
    <Doorway title={`Join ${preview.organization.name}`} lead={`${preview.invitedBy} invites you.`}>
      <About preview={preview} />
      {me.data !== undefined && <AcceptSignedIn {...step} user={me.data.user} />}
      {me.isError && !nobody && <FormError error={me.error} />}
      {nobody && preview.email !== null && <AcceptByAddress {...step} />}
      {nobody && preview.email === null && <AcceptByLink {...step} />}
    </Doorway>
  );
}

function About(props: { preview: InvitationPreview }) {
  const { role, message, email } = props.preview;
  return (
    <>
      {message !== '' && <blockquote className={classes.message}>{message}</blockquote>}
      <dl className={classes.facts}>
        <dt>Your role</dt>
        <dd>
          {roleName(role)}
          <br />
          <small>{roleMeaning(role)}</small>
        </dd>
        {email !== null && (
          <>
            <dt>For</dt>
            <dd>{email}</dd>
          </>
        )}
      </dl>
    </>
  );
}

function NotValid(props: { error: Error | null }) {
  return (
    <Doorway title="This invitation does not work" lead="Ask whoever invited you for a new one.">
      <FormError error={props.error} />
      <Button component={Link} to="/" fullWidth size="md" mt="md" variant="light">
        Go to the start
      </Button>
    </Doorway>
  );
}
