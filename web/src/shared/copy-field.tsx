import { Button, Group, Text, TextInput } from '@mantine/core';
import { useClipboard } from '@mantine/hooks';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import classes from './copy-field.module.css';

/** A value to read, to select and to copy. */
export function CopyField(props: { label: string; value: string; focused?: boolean }) {
  const clipboard = useClipboard({ timeout: 3000 });
  return (
    <div>
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
          aria-label={`${clipboard.copied ? 'Copied' : 'Copy'}: ${props.label}`}
          {...(props.focused === true ? { 'data-autofocus': true } : {})}
        >
          {clipboard.copied ? 'Copied' : 'Copy'}
        </Button>
      </Group>
      {/* Browsers give the clipboard to pages on https and on this machine only. */}
      {clipboard.error !== null && (
        <Text c="var(--rubric)" role="alert" mt="xs">
          The browser did not let it be copied. Select the text and copy it.
        </Text>
      )}
    </div>
  );
}
