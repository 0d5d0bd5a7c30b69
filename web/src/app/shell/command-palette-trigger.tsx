import { useHotkeys } from '@mantine/hooks';
import { createSpotlight, useSpotlight } from '@mantine/spotlight';
import { lazy, Suspense, useState } from 'react';

const [store, actions] = createSpotlight();

const CommandPalette = lazy(() =>
  import('./command-palette.tsx').then((module) => ({ default: module.CommandPalette })),
);

export function openCommandPalette() {
  actions.open();
}

/** Ctrl or ⌘ with K from anywhere, also from within a text field. The palette is loaded when first asked for. */
export function CommandPaletteTrigger() {
  const { opened } = useSpotlight(store);
  const [wanted, setWanted] = useState(false);
  if (opened && !wanted) setWanted(true);
  useHotkeys([['mod+K', () => actions.toggle()]], []);
  return <Suspense>{wanted && <CommandPalette store={store} />}</Suspense>;
}
