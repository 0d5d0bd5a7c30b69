import { useCallback, useEffect, useState } from 'react';

/**
 * The token of a link that came by mail (`/verify-email#token=…`). It travels in the fragment, which browsers send to no
 * server, and is taken out of the address bar and the history at once. `keepAs`: it is kept for this tab under that name,
 * because its reader may have to sign in first and come back.
 */
export function useMailedToken(keepAs?: string): { token: string | null; forget: () => void } {
  const [token] = useState(() => read(keepAs));
  useEffect(() => {
    if (!window.location.hash.includes('token=')) return;
    const { pathname, search } = window.location;
    window.history.replaceState(window.history.state, '', pathname + search);
  }, []);
  const forget = useCallback(() => {
    if (keepAs !== undefined) window.sessionStorage.removeItem(keepAs);
  }, [keepAs]);
  return { token, forget };
}

function read(keepAs: string | undefined): string | null {
  const fresh = new URLSearchParams(window.location.hash.slice(1)).get('token');
  if (keepAs === undefined) return fresh;
  if (fresh === null) return window.sessionStorage.getItem(keepAs);
  window.sessionStorage.setItem(keepAs, fresh);
  return fresh;
}
