import { useRouter } from '@tanstack/react-router';
import { useCallback } from 'react';

/** Goes where the reader wanted to go before signing in; `next` was checked to be a path of this console. */
export function useEnter(next: string | undefined): () => void {
  const router = useRouter();
  return useCallback(() => {
    void router.navigate({ href: next ?? '/', replace: true });
  }, [router, next]);
}
