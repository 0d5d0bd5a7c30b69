import { Alert } from '@mantine/core';
import { messageOf } from './error-state.tsx';

/** Above the fields of a form: why it was refused. */
export function FormError(props: { error: Error | null }) {
  if (props.error === null) return null;
  return (
    <Alert color="rubric" variant="light" role="alert">
      {messageOf(props.error)}
    </Alert>
  );
}
