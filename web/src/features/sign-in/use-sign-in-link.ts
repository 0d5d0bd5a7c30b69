import { useEffect, useRef, useState } from 'react';
import { useSignIn } from '../../api/identity.ts';

/**
 * Exchanges the token of a one-time link (`/sign-in#token=…`). It travels in the fragment, which browsers send to no
 * server, and is taken out of the address bar and the history before it is used.
 */
export function useSignInLink(enter: () => void) {
  const [token] = useState(() => new URLSearchParams(window.location.hash.slice(1)).get('token'));
  const { mutate, error, status } = useSignIn();
  const used = useRef(false);

  useEffect(() => {
    if (token === null || used.current) return;
    used.current = true;
    window.history.replaceState(window.history.state, '', window.location.pathname + window.location.search);
    mutate({ kind: 'link', token }, { onSuccess: enter });
  }, [token, mutate, enter]);

  return { pending: token !== null && status !== 'error', error };
}
