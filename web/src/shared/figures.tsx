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

/** As many shares as a bar may have and still be read. */
const COLORS = ['var(--accent)', 'var(--gold-line)', 'var(--moss)', 'var(--rubric)'];

interface Props {
  readonly title: string;
  readonly figures: readonly Figure[];
  /** Shares of one whole, drawn as a bar; a figure with the same label gets the colour of its share. */
  readonly parts?: readonly Part[];
}

/** A few numbers that belong together. */
export function Figures(props: Props) {
  const id = useId();
  const { parts = [] } = props;
  const total = parts.reduce((sum, { value }) => sum + value, 0);
  return (
    <section className={classes.group} aria-labelledby={id}>
      <h2 id={id} className={classes.title}>
        {props.title}
      </h2>
      <dl className={classes.figures}>
        {props.figures.map(({ label, value }) => (
          <div key={label} className={classes.figure}>
            <dt>
              {total > 0 && <Swatch index={parts.findIndex((part) => part.label === label)} />}
              {label}
            </dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {total > 0 && <Shares parts={parts} whole={total} />}
    </section>
  );
}

/** The colour of a share, before its name; nothing where the figure is no share. */
function Swatch(props: { index: number }) {
  const color = COLORS[props.index];
  return color === undefined ? null : <span className={classes.swatch} style={{ background: color }} />;
}

function Shares(props: { parts: readonly Part[]; whole: number }) {
  const { whole } = props;
  return (
    <Progress.Root size="lg" className={classes.shares}>
      {props.parts.map(({ label, value }, index) => (
        <Progress.Section
          key={label}
          value={(100 * value) / whole}
          color={COLORS[index] ?? 'var(--line-strong)'}
          aria-label={`${label}: ${formatNumber(value)} of ${formatNumber(whole)}`}
        />
      ))}
    </Progress.Root>
  );
}
