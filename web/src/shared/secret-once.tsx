import { Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { CopyField } from './copy-field.tsx';

interface Props {
  readonly label: string;
  readonly value: string;
  /** What it is for, and that it is not shown again. */
  readonly children: ReactNode;
}

/** A secret that the server shows once. */
export function SecretOnce(props: Props) {
  return (
    <Stack gap="sm">
      <Text>{props.children}</Text>
      <CopyField label={props.label} value={props.value} focused />
    </Stack>
  );
}
