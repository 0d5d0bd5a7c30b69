import { Modal, Stack, Text } from '@mantine/core';
import type { OutboxMessage } from '../../../../../client/index.ts';
import { CopyField } from '../../../shared/copy-field.tsx';
import { linksIn } from './links.ts';
import classes from './mail.module.css';

/** A message as it would have arrived, with its links to copy. */
export function MessageDialog(props: { message: OutboxMessage; onClose: () => void }) {
  const { message } = props;
  return (
    <Modal opened onClose={props.onClose} title={message.subject} size="lg" centered>
      <Stack>
        <Text>
          To {message.to}. Its link lets that person in: give it to nobody else. That you read it was
          recorded.
        </Text>
        {message.text === null ? (
          <Text>The text was removed, because nobody needs it any more.</Text>
        ) : (
          <>
            {linksIn(message.text).map((link, index) => (
              <CopyField key={link} label={index === 0 ? 'Link' : `Link ${index + 1}`} value={link} />
            ))}
            <pre className={classes.text}>{message.text}</pre>
          </>
        )}
      </Stack>
    </Modal>
  );
}
