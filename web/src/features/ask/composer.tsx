import { Button, NativeSelect, Textarea } from '@mantine/core';
import { IconArrowUp, IconPlayerStopFilled } from '@tabler/icons-react';
import { type FormEvent, type KeyboardEvent, useState } from 'react';
import { useCollections } from '../../api/library.ts';
import classes from './ask-page.module.css';

interface Props {
  readonly question: string;
  readonly collectionId: string | undefined;
  readonly busy: boolean;
  readonly onAsk: (question: string, collectionId: string | undefined) => void;
  readonly onStop: () => void;
}

/** Enter asks, Shift with Enter breaks the line. */
export function Composer(props: Props) {
  const [question, setQuestion] = useState(props.question);
  const [collectionId, setCollectionId] = useState(props.collectionId ?? '');
  const collections = useCollections();
  const ready = question.trim() !== '' && !props.busy;

  const ask = () => {
    if (ready) props.onAsk(question.trim(), collectionId === '' ? undefined : collectionId);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    ask();
  };
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    // While an input method composes (Japanese, Chinese …), Enter takes the suggestion.
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    ask();
  };

  return (
    <form className={classes.composer} onSubmit={submit}>
      <Textarea
        variant="unstyled"
        aria-label="Your question"
        placeholder="Ask a question about your documents"
        autosize
        autoFocus
        minRows={2}
        maxRows={8}
        maxLength={4000}
        size="lg"
        data-search-field
        value={question}
        onChange={(event) => setQuestion(event.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
      <div className={classes.composerFoot}>
        <NativeSelect
          aria-label="Ask within"
          data={[
            { value: '', label: 'All collections' },
            ...(collections.data ?? []).map(({ id, name }) => ({ value: id, label: name })),
          ]}
          value={collectionId}
          onChange={(event) => setCollectionId(event.currentTarget.value)}
        />
        {props.busy ? (
          // The keys keep these two apart: one element that turned into a submit button while it is clicked would ask again.
          <Button
            key="stop"
            type="button"
            variant="default"
            leftSection={<IconPlayerStopFilled size={16} />}
            onClick={props.onStop}
          >
            Stop
          </Button>
        ) : (
          <Button key="ask" type="submit" disabled={!ready} leftSection={<IconArrowUp size={18} />}>
            Ask
          </Button>
        )}
      </div>
    </form>
  );
}
