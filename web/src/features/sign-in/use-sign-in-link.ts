import { useEffect, useRef } from 'react';
import { useSignIn } from '../../api/identity.ts';
import { useFragment } from './use-fragment.ts';

/** Exchanges the token of a one-time link (`/sign-in#token=…`). */
export function useSignInLink(enter: () => void) {
  const token = useFragment('token');
  const { mutate, error, status } = useSignIn();
  const used = useRef(false);

  useEffect(() => {
    if (token === null || used.current) return;
    used.current = true;
    mutate({ kind: 'link', token }, { onSuccess: enter });
  }, [token, mutate, enter]);

  return { pending: token !== null && status !== 'error', error };
}
