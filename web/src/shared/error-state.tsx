import { Button } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { ProblemError } from '../../../client/index.ts';
import classes from './states.module.css';

interface Props {
  readonly error: Error;
  readonly onRetry?: () => void;
  /** 1 where it is all that the page shows. */
  readonly level?: 1 | 2;
}

/** A failure in words, with a way to try again and the number that the log knows it by. */
export function ErrorState(props: Props) {
  const Heading = props.level === 1 ? 'h1' : 'h2';
  const requestId = props.error instanceof ProblemError ? props.error.requestId : undefined;
  return (
    <section className={classes.state} role="alert">
      <div className={classes.iconError} aria-hidden>
        <IconAlertTriangle />
      </div>
      <Heading className={classes.title}>This did not work</Heading>
      <div className={classes.text}>{messageOf(props.error)}</div>
      {requestId !== undefined && <div className={classes.request}>Request {requestId}</div>}
      {props.onRetry !== undefined && (
        <div className={classes.action}>
          <Button variant="light" onClick={props.onRetry}>
            Try again
          </Button>
        </div>
      )}
    </section>
  );
}

/** A sentence for a person; what is not a problem of the server is our own fault and says so without details. */
export function messageOf(error: Error): string {
  return error instanceof ProblemError
    ? error.message
    : 'Something in the console went wrong. Reload the page.';
}
