import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { followEvents, type Source } from '../../../client/index.ts';
import { useIsAtLeast } from './identity.ts';
import { applySource } from './library.ts';
import { useSession } from './session-context.tsx';

/** Milliseconds in which the lists are asked for anew at most once, however much news comes in. */
const REFRESH_EVERY = 1500;
/** Milliseconds before a stream that the server ended is opened again. */
const RECONNECT_AFTER = 3000;

/**
 * Keeps every list of sources true to the server while the page is visible. A hidden page lets its connection go:
 * browsers allow six to one server, and many open tabs would use them up.
 */
export function useLiveLibrary(onSource: (source: Source) => void) {
  const session = useSession();
  const queries = useQueryClient();
  const permitted = useIsAtLeast('regular');

  useEffect(() => {
    if (!permitted) return;
    let following: AbortController | undefined;
    let refresh: ReturnType<typeof setTimeout> | undefined;

    async function follow(signal: AbortSignal) {
      // The server ends a stream with an error event when it stops; it is back soon, and a refusal leaves by throwing.
      while (!signal.aborted) {
        await followOnce(signal);
        await new Promise((resolve) => setTimeout(resolve, RECONNECT_AFTER));
      }
    }

    async function followOnce(signal: AbortSignal) {
      const open = (headers: Record<string, string>) =>
        session.fetch(new Request('/api/v1/library/events', { headers, signal }));
      for await (const event of followEvents({ signal, open })) {
        const source = sourceIn(event.data);
        if (source === undefined) continue;
        onSource(source);
        if (!applySource(queries, source) || source.stage === 'ready') refreshSoon();
      }
    }

    function refreshSoon() {
      refresh ??= setTimeout(() => {
        refresh = undefined;
        void queries.invalidateQueries({ queryKey: ['sources'] });
        void queries.invalidateQueries({ queryKey: ['collections'] });
      }, REFRESH_EVERY);
    }

    function update() {
      if (document.hidden) {
        following?.abort();
        following = undefined;
      } else if (following === undefined) {
        following = new AbortController();
        // A refusal (signed out, no such path) ends the live view; the lists still load when asked.
        follow(following.signal).catch(() => undefined);
        refreshSoon();
      }
    }

    update();
    document.addEventListener('visibilitychange', update);
    return () => {
      document.removeEventListener('visibilitychange', update);
      following?.abort();
      clearTimeout(refresh);
    };
  }, [session, queries, onSource, permitted]);
}

function sourceIn(data: unknown): Source | undefined {
  if (typeof data !== 'object' || data === null || !('source' in data)) return undefined;
  const { source } = data;
  return isSource(source) ? source : undefined;
}

function isSource(value: unknown): value is Source {
  return typeof value === 'object' && value !== null && 'id' in value && 'stage' in value;
}
