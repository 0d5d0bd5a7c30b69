import { IconLock } from '@tabler/icons-react';
import { EmptyState } from './empty-state.tsx';
import { TextLink } from './text-link.tsx';

/** In place of a page that the server would refuse: who may see it. */
export function Refused(props: { who: string }) {
  return (
    <EmptyState level={1} icon={<IconLock />} title="This page is not for your role">
      {props.who} Go back to <TextLink to="/">the start</TextLink>.
    </EmptyState>
  );
}
