import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmFromMarkdown } from 'mdast-util-gfm';
import { gfm } from 'micromark-extension-gfm';

type Root = ReturnType<typeof fromMarkdown>;
type Node = Root['children'][number];

/** A run of text in one style, or (`note`) the reference to a footnote. */
export interface Span {
  readonly text: string;
  readonly bold: boolean;
  readonly italic: boolean;
  readonly note?: string;
}
export type Line = readonly Span[];

export type Block =
  | { readonly kind: 'heading'; readonly level: number; readonly line: Line }
  | { readonly kind: 'paragraph'; readonly line: Line }
  | { readonly kind: 'list'; readonly ordered: boolean; readonly items: readonly Line[] }
  | { readonly kind: 'quote'; readonly paragraphs: readonly Line[] }
  | { readonly kind: 'table'; readonly header: readonly Line[]; readonly rows: readonly (readonly Line[])[] };

export interface SourceText {
  readonly blocks: readonly Block[];
  /** Label to text, in the order of their definitions. */
  readonly notes: ReadonlyMap<string, Line>;
}

/**
 * Reads the Markdown that the samples are written in: headings, paragraphs, flat lists, quotes, tables, footnotes, emphasis.
 * @throws Error on anything else, so that no part of a source is lost unnoticed.
 */
export function parseSource(markdown: string): SourceText {
  const root = fromMarkdown(markdown, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] });
  const blocks: Block[] = [];
  const notes = new Map<string, Line>();
  for (const node of root.children) {
    if (node.type === 'footnoteDefinition') notes.set(node.identifier, onlyParagraph(node.children));
    else blocks.push(toBlock(node));
  }
  return { blocks, notes };
}

/** The words of a line without their style and without footnote references. */
export function plain(line: Line): string {
  return line.map((span) => span.text).join('');
}

function toBlock(node: Node): Block {
  switch (node.type) {
    case 'heading':
      return { kind: 'heading', level: node.depth, line: toLine(node.children) };
    case 'paragraph':
      return { kind: 'paragraph', line: toLine(node.children) };
    case 'list':
      return {
        kind: 'list',
        ordered: node.ordered === true,
        items: node.children.map((item) => onlyParagraph(item.children)),
      };
    case 'blockquote':
      return { kind: 'quote', paragraphs: node.children.map((child) => onlyParagraph([child])) };
    case 'table': {
      const [header = [], ...rows] = node.children.map((row) =>
        row.children.map((cell) => toLine(cell.children)),
      );
      return { kind: 'table', header, rows };
    }
    default:
      throw new Error(`A sample source may not contain a ${node.type}.`);
  }
}

function onlyParagraph(nodes: readonly Node[]): Line {
  const [first, ...rest] = nodes;
  if (first?.type !== 'paragraph' || rest.length > 0) throw new Error('Expected exactly one paragraph.');
  return toLine(first.children);
}

function toLine(nodes: readonly Node[], bold = false, italic = false): Line {
  return nodes.flatMap((node): Line => {
    switch (node.type) {
      case 'text':
        return [{ text: node.value.replaceAll('\n', ' '), bold, italic }];
      case 'strong':
        return toLine(node.children, true, italic);
      case 'emphasis':
        return toLine(node.children, bold, true);
      case 'footnoteReference':
        return [{ text: '', bold, italic, note: node.identifier }];
      default:
        throw new Error(`A sample source may not contain a ${node.type} in its text.`);
    }
  });
}
