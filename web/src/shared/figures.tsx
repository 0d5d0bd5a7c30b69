import { Progress } from '@mantine/core';
import { useId } from 'react';
import classes from './figures.module.css';
import { formatNumber } from './format.ts';

export interface Figure {
  readonly label: string;
  readonly value: string;
}

export interface Part {
  readonly label: string;
  readonly value: number;
}

const COLORS = ['var(--accent)', 'var(--gold-line)', 'var(--moss)', 'var(--rubric)'];

interface Props {
  readonly title: string;
  readonly figures: readonly Figure[];
  /** Shares of one whole, drawn as a bar. */
  readonly parts?: readonly Part[];
}

/** A few numbers that belong together. */
export function Figures(props: Props) {
  const id = useId();
  return (
    <section className={classes.group} aria-labelledby={id}>
      <h2 id={id} className={classes.title}>
        {props.title}
      </h2>
      <dl className={classes.figures}>
        {props.figures.map(({ label, value }) => (
          <div key={label} className={classes.figure}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <Shares parts={props.parts ?? []} />
    </section>
  );
}

function Shares(props: { parts: readonly Part[] }) {
  const whole = props.parts.reduce((sum, { value }) => sum + value, 0);
  if (whole === 0) return null;
  return (
    <Progress.Root size="lg" className={classes.shares}>
      {props.parts.map(({ label, value }, index) => (
        <Progress.Section
          key={label}
          value={(100 * value) / whole}
          color={COLORS[index % COLORS.length] ?? 'var(--accent)'}
          aria-label={`${label}: ${formatNumber(value)} of ${formatNumber(whole)}`}
        />
      ))}
    </Progress.Root>
  );
}
