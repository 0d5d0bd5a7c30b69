import classes from './wordmark.module.css';

/** The name, with its first letter rubricated as a scribe would. */
export function Wordmark() {
  return (
    <span className={classes.wordmark}>
      <span className={classes.initial}>S</span>criptorium
    </span>
  );
}
