import { useDebouncedValue } from '@mantine/hooks';
import { useEffect, useEffectEvent, useRef, useState } from 'react';

/**
 * A text that is typed here and stands in the address, so that it can be linked to and found again with "back". The
 * address follows when typing settles; the text follows the address when that changes from elsewhere.
 */
export function useAddressText(address: string | undefined, write: (text: string) => void, settleMs: number) {
  const inAddress = address ?? '';
  const [typed, setTyped] = useState(inAddress);
  const [settled] = useDebouncedValue(typed.trim(), settleMs);
  const written = useRef(inAddress);
  const onSettled = useEffectEvent(write);

  useEffect(() => {
    if (settled === written.current) return;
    written.current = settled;
    onSettled(settled);
  }, [settled]);

  useEffect(() => {
    if (inAddress === written.current) return;
    written.current = inAddress;
    setTyped(inAddress);
  }, [inAddress]);

  return { typed, setTyped, settled };
}
