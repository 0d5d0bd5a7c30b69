import { Button, Group, Modal, Text, TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { messageOf } from './error-state.tsx';

interface Props {
  readonly opened: boolean;
  readonly title: string;
  readonly children: ReactNode;
  /** What the red button says; names the act, never just "OK". */
  readonly act: string;
  /** What has to be typed before the act, where it concerns many people. */
  readonly phrase?: string;
  readonly pending: boolean;
  readonly error: Error | null;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
}

/** Asks before something is lost. */
export function Confirm(props: Props) {
  return (
    <Modal opened={props.opened} onClose={props.onClose} title={props.title} centered>
      <Question {...props} />
    </Modal>
  );
}

/** Below the dialog, so that what was typed goes with it. */
function Question(props: Props) {
  const [typed, setTyped] = useState('');
  return (
    <>
      <Text component="div">{props.children}</Text>
      {props.phrase !== undefined && (
        <TextInput
          mt="md"
          label={`Type “${props.phrase}” to go on`}
          autoComplete="off"
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
      )}
      {props.error !== null && (
        <Text c="var(--rubric)" role="alert" mt="sm">
          {messageOf(props.error)}
        </Text>
      )}
      <Group justify="flex-end" mt="lg">
        <Button variant="default" onClick={props.onClose} data-autofocus>
          Keep
        </Button>
        <Button
          color="rubric"
          loading={props.pending}
          disabled={props.phrase !== undefined && typed.trim() !== props.phrase.trim()}
          onClick={props.onConfirm}
        >
          {props.act}
        </Button>
      </Group>
    </>
  );
}
