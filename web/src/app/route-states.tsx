import { Button } from '@mantine/core';
import { IconCompass } from '@tabler/icons-react';
import { type ErrorComponentProps, Link, useRouter } from '@tanstack/react-router';
import { EmptyState } from '../shared/empty-state.tsx';
import { ErrorState } from '../shared/error-state.tsx';
import { TextLink } from '../shared/text-link.tsx';

export function RouteError(props: ErrorComponentProps) {
  const router = useRouter();
  const error = props.error instanceof Error ? props.error : new Error('unknown', { cause: props.error });
  return <ErrorState level={1} error={error} onRetry={() => void router.invalidate()} />;
}

export function RouteNotFound() {
  return (
    <main>
      <EmptyState
        level={1}
        icon={<IconCompass />}
        title="There is no such page"
        action={
          <Button component={Link} to="/" variant="light">
            Go to the start
          </Button>
        }
      >
        The address may be old or mistyped. <TextLink to="/search">Search</TextLink> finds every document by
        its words.
      </EmptyState>
    </main>
  );
}
