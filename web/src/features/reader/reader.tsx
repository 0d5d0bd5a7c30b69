import { useMemo, useRef } from 'react';
import type { Content, Source } from '../../../../client/index.ts';
import { Contents } from './contents.tsx';
import { layOut, type TextRange } from './layout.ts';
import classes from './reader.module.css';
import { ReaderHeading } from './reader-heading.tsx';
import { ReaderToolbar } from './reader-toolbar.tsx';
import { SectionView } from './section-view.tsx';
import { useFind } from './use-find.ts';
import { useScrollSpy } from './use-scroll-spy.ts';
import { useScrollToRange } from './use-scroll-to-range.ts';

interface Props {
  readonly source: Source;
  readonly content: Content;
  readonly cited: TextRange | undefined;
}

export function Reader(props: Props) {
  const { source, content } = props;
  const article = useRef<HTMLElement>(null);
  const layout = useMemo(() => layOut(content.text, content.structure), [content]);
  const cited = useMemo(() => inside(props.cited, content.text.length), [props.cited, content.text.length]);
  const find = useFind(content.text);
  const here = useScrollSpy(article, layout.outline);
  useScrollToRange(article, cited, 'cited');
  useScrollToRange(article, find.current, 'found');

  return (
    <div className={classes.reader}>
      <div className={classes.page}>
        <ReaderToolbar
          source={source}
          find={find}
          outline={layout.outline}
          pages={layout.pages}
          here={here}
        />
        <ReaderHeading
          source={source}
          version={content.version}
          pages={layout.pages.length}
          misplaced={props.cited !== undefined && cited === undefined}
        />
        <article
          ref={article}
          className={classes.text}
          lang={source.language ?? undefined}
          aria-label={source.title}
        >
          {layout.sections.map((section) => (
            <SectionView
              key={section.start}
              text={content.text}
              section={section}
              cited={cited}
              found={find.hits}
              current={find.current}
            />
          ))}
        </article>
      </div>
      <aside className={classes.aside}>
        <Contents outline={layout.outline} pages={layout.pages} here={here} />
      </aside>
    </div>
  );
}

/** The cited range, if the text reaches that far. */
function inside(range: TextRange | undefined, length: number): TextRange | undefined {
  return range !== undefined && range.end <= length ? range : undefined;
}
