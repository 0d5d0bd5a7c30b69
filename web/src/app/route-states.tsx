import { Button } from '@mantine/core';
import { IconCompass, IconTool } from '@tabler/icons-react';
import { type ErrorComponentProps, Link, useRouter } from '@tanstack/react-router';
import { ProblemError } from '../../../client/index.ts';
import { EmptyState } from '../shared/empty-state.tsx';
import { ErrorState } from '../shared/error-state.tsx';
import { TextLink } from '../shared/text-link.tsx';

/** What everybody but operators is answered while operators close the installation. */
const MAINTENANCE = 'operations.maintenance';

export function RouteError(props: ErrorComponentProps) {
  const router = useRouter();
  const error = props.error instanceof Error ? props.error : new Error('unknown', { cause: props.error });
  return <ErrorState level={1} error={error} onRetry={() => void router.invalidate()} />;
}

/** Where not even the frame of the signed-in pages can be drawn; during maintenance nobody but operators gets further. */
export function FrameError(props: ErrorComponentProps) {
  return (
    <main>
      {props.error instanceof ProblemError && props.error.code === MAINTENANCE ? (
        <EmptyState level={1} icon={<IconTool />} title="Operators are at work" action={<TryAgain />}>
          {props.error.message}
        </EmptyState>
      ) : (
        <RouteError {...props} />
      )}
    </main>
  );
}

function TryAgain() {
  const router = useRouter();
  return (
    <Button variant="light" onClick={() => void router.invalidate()}>
      Try again
    </Button>
  );
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
