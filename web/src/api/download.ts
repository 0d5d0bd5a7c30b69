import { useMutation } from '@tanstack/react-query';
import { unwrap } from '../../../client/index.ts';
import { useClient } from './session-context.tsx';

/** Downloads an address of the API. A link could not renew the session first, and would save the refusal. */
export function useDownload() {
  const client = useClient();
  return useMutation({
    mutationFn: async (address: string) => {
      await unwrap(client.GET('/api/v1/auth/me'));
      const link = document.createElement('a');
      link.href = address;
      link.download = '';
      link.click();
    },
  });
}
