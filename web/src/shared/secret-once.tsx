import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { useClipboard } from '@mantine/hooks';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import classes from './secret-once.module.css';

interface Props {
  readonly label: string;
  readonly value: string;
  /** What it is for, and that it is not shown again. */
  readonly children: ReactNode;
}

/** A secret that the server shows once: to read, to select and to copy. */
export function SecretOnce(props: Props) {
  const clipboard = useClipboard({ timeout: 3000 });
  return (
    <Stack gap="sm">
      <Text>{props.children}</Text>
      <Group gap="sm" align="flex-end" className={classes.line}>
        <TextInput
          className={classes.value}
          classNames={{ input: classes.input ?? '' }}
          label={props.label}
          value={props.value}
          readOnly
          onFocus={(event) => event.currentTarget.select()}
        />
        <Button
          variant="light"
          leftSection={clipboard.copied ? <IconCheck size={16} /> : <IconCopy size={16} />}
          onClick={() => clipboard.copy(props.value)}
          data-autofocus
        >
          {clipboard.copied ? 'Copied' : 'Copy'}
        </Button>
      </Group>
      {/* Browsers give the clipboard to pages on https and on this machine only. */}
      {clipboard.error !== null && (
        <Text c="var(--rubric)" role="alert">
          The browser did not let it be copied. Select the text and copy it.
        </Text>
      )}
    </Stack>
  );
}
