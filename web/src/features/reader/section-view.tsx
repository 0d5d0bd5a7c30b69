import { memo } from 'react';
import { BlockView } from './block-view.tsx';
import { type Decorations, overlaps } from './decorate.ts';
import type { Section, TextRange } from './layout.ts';
import classes from './reader.module.css';

interface Props {
  readonly text: string;
  readonly section: Section;
  readonly cited: TextRange | undefined;
  readonly found: readonly TextRange[];
  readonly current: TextRange | undefined;
}

/** Draws one section; the browser skips it while it is far from view, and React while its decorations stay the same. */
export const SectionView = memo(
  function SectionView(props: Props) {
    const { section, text } = props;
    const decorations = decorationsOf(props);
    return (
      <div className={classes.section} data-section={section.start}>
        {section.blocks.map((block) => (
          <BlockView
            key={`${block.kind}${block.start}`}
            text={text}
            block={block}
            decorations={decorations}
          />
        ))}
      </div>
    );
  },
  (before, after) =>
    before.section === after.section &&
    sameRange(within(before.cited, before.section), within(after.cited, after.section)) &&
    sameRange(within(before.current, before.section), within(after.current, after.section)) &&
    sameFound(before, after),
);

function decorationsOf(props: Props): Decorations {
  const { section } = props;
  return {
    cited: within(props.cited, section),
    found: props.found.filter((hit) => overlaps(hit, section)),
    current: within(props.current, section),
    pages: section.pages,
  };
}

function within(range: TextRange | undefined, section: Section): TextRange | undefined {
  return range !== undefined && overlaps(range, section) ? range : undefined;
}

function sameRange(a: TextRange | undefined, b: TextRange | undefined): boolean {
  return a?.start === b?.start && a?.end === b?.end;
}

function sameFound(before: Props, after: Props): boolean {
  if (before.found === after.found) return true;
  const none = (props: Props) => !props.found.some((hit) => overlaps(hit, props.section));
  return none(before) && none(after);
}
