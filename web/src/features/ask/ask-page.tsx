import { IconMessageQuestion } from '@tabler/icons-react';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { EmptyState } from '../../shared/empty-state.tsx';
import { PageHeader } from '../../shared/page-header.tsx';
import { AnswerCard } from './answer-card.tsx';
import { useAskSession, useTurns } from './ask-context.tsx';
import classes from './ask-page.module.css';
import { Composer } from './composer.tsx';

const route = getRouteApi('/signed-in/ask');

export function AskPage() {
  const search = route.useSearch();
  const turns = useTurns();
  const asking = useAskSession();
  const [chosen, choose] = useState<number | null>(null);
  const shown = turns.find((turn) => turn.key === chosen) ?? turns[0];
  const earlier = turns.filter((turn) => turn !== shown);

  return (
    <div className={classes.page}>
      <PageHeader
        title="Ask"
        lead="Answers come only from your documents, and every quote is checked against them."
      />
      <Composer
        key={search.q ?? ''}
        question={search.q ?? ''}
        collectionId={search.collection}
        busy={turns[0]?.state === 'streaming'}
        onAsk={(question, collectionId) => {
          choose(null);
          asking.ask(question, collectionId);
        }}
        onStop={asking.stop}
      />
      {shown === undefined ? (
        <EmptyState icon={<IconMessageQuestion />} title="Put a question to your library">
          For instance who answers for something, how much it costs, or what was decided. Each sentence of the
          answer leads to the passage it stands on.
        </EmptyState>
      ) : (
        <AnswerCard turn={shown} onAgain={() => asking.ask(shown.question, shown.collectionId)} />
      )}
      {earlier.length > 0 && (
        <section className={classes.earlier} aria-labelledby="earlier-title">
          <h2 id="earlier-title" className={classes.earlierTitle}>
            Other questions of this session
          </h2>
          <ul>
            {earlier.map((turn) => (
              <li key={turn.key}>
                <button type="button" className={classes.recall} onClick={() => choose(turn.key)}>
                  {turn.question}
                </button>
              </li>
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}
