import { createContext, type ReactNode, useContext } from 'react';
import type { ScriptoriumClient } from '../../../client/index.ts';
import type { Session } from './session.ts';

const SessionContext = createContext<Session | null>(null);

export function SessionProvider(props: { session: Session; children: ReactNode }) {
  return <SessionContext value={props.session}>{props.children}</SessionContext>;
}

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (session === null) throw new Error('useSession needs a SessionProvider above it');
  return session;
}

export function useClient(): ScriptoriumClient {
  return useSession().client;
}
