import { type Decorations, decorate, type Piece } from './decorate.ts';
import type { TextRange } from './layout.ts';
import classes from './reader.module.css';

interface Props {
  readonly text: string;
  readonly range: TextRange;
  readonly decorations: Decorations;
}

/** A range of the text with its marks. What the elements hold, joined, is exactly the range. */
export function TextView(props: Props) {
  const { text, range, decorations } = props;
  return decorate(range, decorations).map((piece) =>
    piece.kind === 'page' ? (
      <InlinePage key={`page${piece.page}`} page={piece.page} />
    ) : (
      <Stretch key={piece.start} piece={piece} words={text.slice(piece.start, piece.end)} />
    ),
  );
}

function Stretch(props: { piece: Extract<Piece, { kind: 'text' }>; words: string }) {
  const { piece, words } = props;
  if (!piece.cited && piece.found === 'no') return words;
  return (
    <mark
      className={piece.cited ? classes.cited : undefined}
      data-cited={piece.cited || undefined}
      data-found={piece.found === 'no' ? undefined : piece.found}
    >
      {words}
    </mark>
  );
}

/** The number stands in an attribute and is drawn by the style sheet, so that it is not part of the text. */
function InlinePage(props: { page: number }) {
  return <span className={classes.inlinePage} data-page={props.page} />;
}

export function PageBreak(props: { page: number }) {
  return (
    <p className={classes.pageBreak} data-page={props.page}>
      Page {props.page}
    </p>
  );
}
