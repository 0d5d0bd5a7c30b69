import { createContext, type ReactNode, useContext, useEffect, useMemo, useSyncExternalStore } from 'react';
import { useSession } from '../../api/session-context.tsx';
import { type AskSession, createAskSession, type Turn } from './ask-session.ts';

const AskContext = createContext<AskSession | null>(null);

export function AskProvider(props: { children: ReactNode }) {
  const session = useSession();
  const asking = useMemo(
    () =>
      createAskSession((body, signal) =>
        session.fetch(
          new Request('/api/v1/ask', {
            method: 'POST',
            headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
            body: JSON.stringify(body),
            signal,
          }),
        ),
      ),
    [session],
  );
  useEffect(() => asking.stop, [asking]);
  return <AskContext value={asking}>{props.children}</AskContext>;
}

export function useAskSession(): AskSession {
  const asking = useContext(AskContext);
  if (asking === null) throw new Error('useAskSession needs an AskProvider above it');
  return asking;
}

export function useTurns(): readonly Turn[] {
  const asking = useAskSession();
  return useSyncExternalStore(asking.subscribe, asking.snapshot);
}
