import type { ReactNode } from 'react';
import type { Decorations } from './decorate.ts';
import type { Block, ListBlock, TableBlock, TextBlock } from './layout.ts';
import classes from './reader.module.css';
import { PageBreak, TextView } from './text-view.tsx';

interface Props<B extends Block> {
  readonly text: string;
  readonly block: B;
  readonly decorations: Decorations;
}

/** What is wider than the page scrolls within itself, and the keyboard must be able to do that too. */
const SCROLLABLE = { tabIndex: 0 } as const;

export function BlockView(props: Props<Block>) {
  const { text, block, decorations } = props;
  switch (block.kind) {
    case 'page':
      return <PageBreak page={block.page} />;
    case 'heading': {
      const Tag = `h${asDepth(block.depth)}` as const;
      return (
        <Tag data-start={block.start} data-level={block.level} className={classes.heading}>
          <TextView text={text} range={block} decorations={decorations} />
        </Tag>
      );
    }
    case 'list':
      return <ListView text={text} block={block} decorations={decorations} />;
    case 'table':
      return <TableView text={text} block={block} decorations={decorations} />;
    default:
      return <ProseView text={text} block={block} decorations={decorations} />;
  }
}

function ProseView(props: Props<TextBlock>) {
  const { text, block } = props;
  const words = <TextView {...props} range={block} />;
  switch (block.kind) {
    case 'code':
      return (
        <pre data-start={block.start} className={classes.code} {...SCROLLABLE}>
          {words}
        </pre>
      );
    case 'quote':
      return (
        <blockquote data-start={block.start} className={classes.quote}>
          {words}
        </blockquote>
      );
    case 'footnote':
      return (
        <p data-start={block.start} className={classes.footnote}>
          {words}
        </p>
      );
    case 'paragraph':
      return (
        <p data-start={block.start} data-verse={isVerse(text.slice(block.start, block.end)) || undefined}>
          {words}
        </p>
      );
  }
}

function ListView(props: Props<ListBlock>) {
  const { text, block, decorations } = props;
  return (
    <ul className={classes.list}>
      {block.items.map((item) => (
        <li
          key={item.start}
          data-start={item.start}
          data-level={item.level}
          data-marked={hasMarker(text.slice(item.start, item.start + 12)) || undefined}
        >
          <TextView text={text} range={item} decorations={decorations} />
        </li>
      ))}
    </ul>
  );
}

function TableView(props: Props<TableBlock>) {
  const { text, block, decorations } = props;
  const columns = block.rows[0]?.length ?? 0;
  // The canonical text does not say which row heads a table. From three columns on the first one nearly always does.
  const headed = block.rows.length > 1 && columns > 2;
  return (
    <figure className={classes.tableFrame} {...SCROLLABLE}>
      <table className={classes.table}>
        <tbody>
          {block.rows.map((row, index) => (
            <tr key={row[0]?.start} data-start={row[0]?.start}>
              {row.map((cell) => (
                <Cell key={cell.start} heads={headed && index === 0}>
                  <TextView text={text} range={cell} decorations={decorations} />
                </Cell>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </figure>
  );
}

function Cell(props: { heads: boolean; children: ReactNode }) {
  return props.heads ? <th scope="col">{props.children}</th> : <td>{props.children}</td>;
}

function asDepth(depth: number): 2 | 3 | 4 | 5 | 6 {
  return depth === 2 || depth === 3 || depth === 4 || depth === 5 ? depth : 6;
}

/** Short lines are meant: a poem, an address. Long ones were broken to fit a page. */
function isVerse(text: string): boolean {
  const lines = text.split('\n');
  return lines.length > 1 && lines.every((line) => line.length < 52);
}

/** The item brings its own bullet or number. */
function hasMarker(beginning: string): boolean {
  return /^(?:[-–—•*◦▪]|\(?[\p{L}\p{N}]{1,3}[.)])\s/u.test(beginning);
}
