import { Alert, Button } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { Link, Navigate } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { ProblemError } from '../../../../client/index.ts';
import { meQuery } from '../../api/identity.ts';
import { useConfirmEmail } from '../../api/mailed-links.ts';
import { useSession } from '../../api/session-context.tsx';
import { FormError } from '../../shared/form-error.tsx';
import { PageLoading } from '../../shared/page-loading.tsx';
import { Doorway } from './doorway.tsx';
import { useMailedToken } from './use-mailed-token.ts';

const PATH = '/verify-email';

/** Only who is signed in to an account confirms its address: who is not signs in first and comes back. */
export function VerifyEmailPage() {
  useDocumentTitle('Confirm your address · Scriptorium');
  const { token, forget } = useMailedToken('scriptorium.verify-email');
  const me = useQuery(meQuery(useSession()));
  if (me.isPending) return <PageLoading />;
  if (me.error instanceof ProblemError && me.error.status === 401)
    return <Navigate to="/sign-in" search={{ next: PATH }} replace />;
  if (me.isError) return <Outcome error={me.error} />;
  if (token === null) return <Outcome error={new ProblemError(NO_TOKEN)} />;
  return <Confirming token={token} onUsed={forget} />;
}

const NO_TOKEN = {
  status: 0,
  code: 'client.no_token',
  detail: 'The link is not whole. Open it from the mail once more, or copy all of it.',
};

function Confirming(props: { token: string; onUsed: () => void }) {
  const { token, onUsed } = props;
  const { mutate, error, isSuccess } = useConfirmEmail();
  const begun = useRef(false);
  useEffect(() => {
    if (begun.current) return;
    begun.current = true;
    mutate(token, { onSettled: onUsed });
  }, [token, mutate, onUsed]);
  return isSuccess || error !== null ? <Outcome error={error} /> : <PageLoading />;
}

function Outcome(props: { error: Error | null }) {
  const done = props.error === null;
  return (
    <Doorway
      title={done ? 'Your address is confirmed' : 'Not confirmed'}
      lead={done ? 'Thank you.' : 'You can ask for a new link in your profile.'}
    >
      <FormError error={props.error} />
      {done && (
        <Alert variant="light" role="status">
          What concerns your account is sent to this address from now on.
        </Alert>
      )}
      <Button component={Link} to={done ? '/' : '/profile'} fullWidth size="md" mt="md">
        {done ? 'Go on' : 'To your profile'}
      </Button>
    </Doorway>
  );
}
