import type { SearchAnswer, SearchMode } from '../../../../client/index.ts';
import { formatNumber, plural } from '../../shared/format.ts';
import { modeName } from './modes.ts';
import classes from './search-page.module.css';

interface Props {
  readonly asked: SearchMode;
  readonly answer: SearchAnswer;
  readonly count: number;
  readonly more: boolean;
}

/** What was found, and by what: the mode that really ran, which may differ from the one asked for. */
export function SearchSummary(props: Props) {
  const { asked, answer, count, more } = props;
  const ran = modeName(answer.mode).toLocaleLowerCase();
  const how = answer.embedder === null || answer.mode === 'keyword' ? ran : `${ran} with ${answer.embedder}`;
  return (
    <div className={classes.summary} role="status">
      <span>
        {more ? `${formatNumber(count)} results and more` : plural(count, 'result')} · {how} ·{' '}
        {Math.max(1, Math.round(answer.tookMs))} ms
      </span>
      {answer.mode !== asked && (
        <span className={classes.notice}>
          You asked for {modeName(asked).toLocaleLowerCase()} search. For now {ran} search answers.
        </span>
      )}
      {answer.correctedTo !== null && (
        <span className={classes.notice}>
          Nothing matched as typed. These match <strong>{answer.correctedTo}</strong>.
        </span>
      )}
    </div>
  );
}
