import { Alert, Button, Stack } from '@mantine/core';
import type { FormEvent, ReactNode } from 'react';
import { FormError } from '../../shared/form-error.tsx';

interface Props {
  readonly error: Error | null;
  /** What has happened, where it is good news. */
  readonly notice?: ReactNode;
  readonly act: string;
  readonly pending: boolean;
  readonly onSubmit: (event: FormEvent<HTMLFormElement>) => void;
  readonly children: ReactNode;
}

/** The form of a page before signing in: why it was refused, its fields, its one button. */
export function DoorwayForm(props: Props) {
  return (
    <form noValidate onSubmit={props.onSubmit}>
      <Stack gap="md">
        <FormError error={props.error} />
        {props.notice !== undefined && (
          <Alert variant="light" role="status">
            {props.notice}
          </Alert>
        )}
        {props.children}
        <Button type="submit" size="md" loading={props.pending}>
          {props.act}
        </Button>
      </Stack>
    </form>
  );
}
