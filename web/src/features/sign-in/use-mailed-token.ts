import { useCallback, useEffect } from 'react';
import { useFragment } from './use-fragment.ts';

/**
 * The token of a link that came by mail (`/verify-email#token=…`). It is kept for this tab under `keepAs`, because its reader
 * may have to sign in first and come back.
 */
export function useMailedToken(keepAs: string): { token: string | null; forget: () => void } {
  const fresh = useFragment('token');
  useEffect(() => {
    if (fresh !== null) window.sessionStorage.setItem(keepAs, fresh);
  }, [fresh, keepAs]);
  const forget = useCallback(() => window.sessionStorage.removeItem(keepAs), [keepAs]);
  return { token: fresh ?? window.sessionStorage.getItem(keepAs), forget };
}
