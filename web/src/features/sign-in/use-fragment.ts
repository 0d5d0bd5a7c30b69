import { useLocation } from '@tanstack/react-router';
import { useEffect, useState } from 'react';

/**
 * A secret that came behind # (`/sign-in#challenge=…`), which browsers send to no server. It is taken out of the address bar
 * and the history at once; null where there is none. Also where the link is opened on the page that is open already, which
 * loads nothing anew.
 */
export function useFragment(name: 'token' | 'challenge'): string | null {
  const arrived = useLocation({ select: ({ hash }) => new URLSearchParams(hash).get(name) });
  const [value, setValue] = useState(arrived);
  if (arrived !== null && arrived !== value) setValue(arrived);
  useEffect(() => {
    if (arrived === null) return;
    const { pathname, search } = window.location;
    window.history.replaceState(window.history.state, '', pathname + search);
  }, [arrived]);
  return value;
}
