import { Button, Group, Modal, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { messageOf } from './error-state.tsx';

interface Props {
  readonly opened: boolean;
  readonly title: string;
  readonly children: ReactNode;
  /** What the red button says; names the act, never just "OK". */
  readonly act: string;
  readonly pending: boolean;
  readonly error: Error | null;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
}

/** Asks before something is lost. */
export function Confirm(props: Props) {
  return (
    <Modal opened={props.opened} onClose={props.onClose} title={props.title} centered>
      <Text>{props.children}</Text>
      {props.error !== null && (
        <Text c="var(--rubric)" role="alert" mt="sm">
          {messageOf(props.error)}
        </Text>
      )}
      <Group justify="flex-end" mt="lg">
        <Button variant="default" onClick={props.onClose} data-autofocus>
          Keep
        </Button>
        <Button color="rubric" loading={props.pending} onClick={props.onConfirm}>
          {props.act}
        </Button>
      </Group>
    </Modal>
  );
}
