import { Alert, Button } from '@mantine/core';
import { IconAlertTriangle, IconQuote, IconRefresh } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { messageOf } from '../../shared/error-state.tsx';
import classes from './answer-card.module.css';
import type { Turn } from './ask-session.ts';
import { CitationChip } from './citation-chip.tsx';
import { CitationList } from './citation-list.tsx';
import { type AnswerPart, partsOf } from './parts.ts';

export function AnswerCard(props: { turn: Turn; onAgain: () => void }) {
  const { turn } = props;
  const parts = partsOf(turn);
  const unsupported = parts.filter((part) => part.unsupported).length;
  return (
    <article className={classes.card} aria-label={`Answer to: ${turn.question}`} data-state={turn.state}>
      <h2 className={classes.question}>{turn.question}</h2>
      <Provider turn={turn} />
      <div className={classes.answer} aria-busy={turn.state === 'streaming'} data-answer>
        {parts.map((part) => (
          <Part key={part.start} part={part} turn={turn} />
        ))}
        {turn.state === 'streaming' && <span className={classes.caret} aria-hidden />}
      </div>
      <div role="status" className={classes.status}>
        {statusOf(turn)}
      </div>
      {unsupported > 0 && (
        <p className={classes.warning}>
          <IconAlertTriangle size={16} aria-hidden /> What is underlined with dots has no passage that
          supports it. Treat it as a guess.
        </p>
      )}
      {turn.answer?.outcome === 'truncated' && (
        <p className={classes.warning}>The answer grew too long and was cut here.</p>
      )}
      {turn.answer?.outcome === 'nothing_found' && <NothingFound question={turn.question} />}
      {turn.state === 'failed' && turn.error !== undefined && (
        <Alert color="rubric" variant="light" role="alert" mt="md" title="The answer could not be completed">
          {messageOf(turn.error)}
        </Alert>
      )}
      {(turn.state === 'failed' || turn.state === 'stopped') && (
        <Button variant="light" mt="md" leftSection={<IconRefresh size={16} />} onClick={props.onAgain}>
          Ask again
        </Button>
      )}
      <CitationList citations={turn.citations} />
    </article>
  );
}

function Part(props: { part: AnswerPart; turn: Turn }) {
  const { part, turn } = props;
  return (
    <>
      {part.unsupported ? (
        <span className={classes.unsupported} data-unsupported>
          {part.text}
          <span className={classes.unsupportedNote}> (no source)</span>
        </span>
      ) : (
        part.text
      )}
      {part.citations.map((index) => {
        const citation = turn.citations[index];
        return citation === undefined ? null : (
          <CitationChip key={index} number={index + 1} citation={citation} />
        );
      })}
    </>
  );
}

/** Says plainly who answers: a model by name, or nobody but the documents themselves. */
function Provider(props: { turn: Turn }) {
  const { provider } = props.turn;
  if (provider === undefined) return null;
  return (
    <p className={classes.provider}>
      {provider === 'extractive' ? (
        <>
          <IconQuote size={16} aria-hidden /> Quoted from your documents — no model is configured
        </>
      ) : (
        <>Answered by {provider}</>
      )}
    </p>
  );
}

function NothingFound(props: { question: string }) {
  return (
    <Button
      component={Link}
      to={`/search?${new URLSearchParams({ q: props.question })}`}
      variant="light"
      mt="md"
    >
      Search for it instead
    </Button>
  );
}

function statusOf(turn: Turn): string {
  switch (turn.state) {
    case 'streaming':
      return turn.text === '' ? 'Reading the passages…' : '';
    case 'stopped':
      return 'Stopped. What stands here is not the whole answer.';
    case 'done':
    case 'failed':
      return '';
  }
}
