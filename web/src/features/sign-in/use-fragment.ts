import { useEffect, useState } from 'react';

/**
 * A secret that came behind # (`/sign-in#challenge=…`), which browsers send to no server. It is taken out of the address bar
 * and the history at once; null where there is none.
 */
export function useFragment(name: 'token' | 'challenge'): string | null {
  const [value] = useState(() => new URLSearchParams(window.location.hash.slice(1)).get(name));
  useEffect(() => {
    if (value === null) return;
    const { pathname, search } = window.location;
    window.history.replaceState(window.history.state, '', pathname + search);
  }, [value]);
  return value;
}
