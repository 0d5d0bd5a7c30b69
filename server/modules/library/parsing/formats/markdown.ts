import type {
  BlockContent,
  DefinitionContent,
  List,
  ListItem,
  PhrasingContent,
  RootContent,
  Table,
} from 'mdast';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmFromMarkdown } from 'mdast-util-gfm';
import { gfm } from 'micromark-extension-gfm';
import type { BlockKind, BlockOptions } from '../canonical.ts';
import type { Draft } from '../draft.ts';
import { decodeText } from '../encoding.ts';
import { ParseError } from '../failures.ts';
import { saneAuthors } from '../metadata.ts';
import { readFrontMatter } from './front-matter.ts';
import { addHtmlBlocks } from './html-blocks.ts';
import { MarkdownGuard } from './markdown-guard.ts';
import { addPlainText } from './plain.ts';

/** Code units parsed at once: the tree of a whole large file would not fit in the worker's memory. */
const SLICE = 128_000;
const MAX_DEPTH = 60;

/** The words of inline content: no syntax, but alternative texts, code and marks of footnotes. */
function inlineText(nodes: readonly PhrasingContent[], depth = 0): string {
  if (depth > MAX_DEPTH) return '';
  return nodes
    .map((node) => {
      switch (node.type) {
        case 'text':
        case 'inlineCode':
          return node.value.replace(/\s*\n\s*/g, ' '); // a line end inside a paragraph is a space
        case 'break':
          return '\n';
        case 'image':
        case 'imageReference':
          return node.alt ?? '';
        case 'footnoteReference':
          return `[${node.label ?? node.identifier}]`;
        case 'html':
          return /^<br\b/i.test(node.value) ? '\n' : '';
        default:
          return inlineText(node.children, depth + 1);
      }
    })
    .join('');
}

class MarkdownWalker {
  readonly #draft: Draft;

  constructor(draft: Draft) {
    this.#draft = draft;
  }

  blocks(nodes: readonly RootContent[], kind: BlockKind = 'paragraph', depth = 0): void {
    if (depth > MAX_DEPTH) return;
    for (const node of nodes) this.#block(node, kind, depth);
  }

  #add(kind: BlockKind, text: string, options?: BlockOptions): void {
    this.#draft.text.add(kind, text, options);
  }

  #block(node: RootContent, kind: BlockKind, depth: number): void {
    switch (node.type) {
      case 'heading':
        this.#add('heading', inlineText(node.children), { level: node.depth });
        break;
      case 'paragraph':
        this.#add(kind, inlineText(node.children));
        break;
      case 'code':
        this.#add('code', node.value, { verbatim: true });
        break;
      case 'blockquote':
        this.blocks(node.children, 'quote', depth + 1);
        break;
      case 'list':
        this.#list(node, depth);
        break;
      case 'table':
        this.#table(node);
        break;
      case 'html':
        addHtmlBlocks(node.value, this.#draft.text);
        break;
      case 'footnoteDefinition':
        this.#footnote(node.label ?? node.identifier, node.children, depth);
        break;
      default:
        break; // definitions and rules hold no words
    }
  }

  #list(list: List, depth: number, level = 0): void {
    let number = list.start ?? 1;
    for (const [index, item] of list.children.entries()) {
      const box = item.checked === null || item.checked === undefined ? '' : item.checked ? '[x] ' : '[ ] ';
      const marker = list.ordered ? `${number}. ` : '- ';
      this.#item(item, `${marker}${box}`, { indent: level * 2, tight: index > 0 || level > 0 }, depth, level);
      number += 1;
    }
  }

  #item(item: ListItem, marker: string, options: BlockOptions, depth: number, level: number): void {
    const [first, ...rest] = item.children;
    const headed = first?.type === 'paragraph';
    if (headed) this.#add('listItem', marker + inlineText(first.children), options);
    for (const child of headed ? rest : item.children) {
      if (depth > MAX_DEPTH) return;
      if (child.type === 'list') this.#list(child, depth + 1, Math.min(level + 1, 10));
      else this.#block(child, 'paragraph', depth + 1);
    }
  }

  #table(table: Table): void {
    for (const [index, row] of table.children.entries()) {
      const cells = row.children.map((cell) => inlineText(cell.children).replace(/\s+/g, ' ').trim());
      if (cells.some((cell) => cell !== '')) this.#add('tableRow', cells.join(' | '), { tight: index > 0 });
    }
  }

  #footnote(label: string, children: readonly (BlockContent | DefinitionContent)[], depth: number): void {
    const [first, ...rest] = children;
    const headed = first?.type === 'paragraph';
    this.#add('footnote', `[${label}] ${headed ? inlineText(first.children) : ''}`);
    this.blocks(headed ? rest : children, 'footnote', depth + 1);
  }
}

/**
 * Cuts a large text before headings outside fenced code, so that a tree is made of a part at a time. References that
 * cross a cut stay as written.
 */
export function slices(text: string, limit: number = SLICE): string[] {
  if (text.length <= limit) return [text];
  const parts: string[] = [];
  let start = 0;
  let position = 0;
  let fence: string | null = null;
  let blankBefore = true;
  for (const line of text.split('\n')) {
    const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1];
    const canCut =
      fence === null &&
      blankBefore &&
      /^\S/.test(line) &&
      (/^#{1,6}\s/.test(line) || position - start >= limit);
    if (canCut && position - start >= limit / 2) {
      parts.push(text.slice(start, position));
      start = position;
    }
    if (mark && fence === null) fence = mark;
    else if (mark && fence !== null && mark.startsWith(fence) && line.trim() === mark) fence = null;
    blankBefore = line.trim() === '';
    position += line.length + 1;
  }
  parts.push(text.slice(start));
  return parts;
}

/** CommonMark with GitHub's extensions and YAML front matter. Parts that no person wrote are taken as plain text. */
export function parseMarkdown(bytes: Uint8Array, draft: Draft): void {
  const decoded = decodeText(bytes);
  if (decoded === null)
    throw new ParseError('library.unsupported_format', 'The file is not readable as text.');
  const matter = readFrontMatter(decoded.replace(/\r\n?/g, '\n'));
  draft.title = matter.title;
  draft.authors = matter.authors.flatMap(saneAuthors);
  draft.language = matter.language;
  const walker = new MarkdownWalker(draft);
  const guard = new MarkdownGuard(SLICE * 4);
  for (const slice of slices(matter.body)) {
    if (!guard.accepts(slice)) addPlainText(slice, draft);
    else
      walker.blocks(
        fromMarkdown(slice, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] }).children,
      );
  }
}
