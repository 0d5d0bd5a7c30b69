import { Parser } from 'htmlparser2';
import type { BlockKind, CanonicalTextBuilder } from '../canonical.ts';
import { ParseError } from '../failures.ts';
import {
  type Attributes,
  BLOCKS,
  FURNITURE,
  FURNITURE_ROLES,
  integer,
  isHidden,
  isScope,
  NOTE,
  NOTE_REFERENCE,
  type Scope,
  SKIPPED,
} from './html-elements.ts';
import { TableRows } from './table-rows.ts';

export interface HtmlOptions {
  readonly scope?: Scope;
  /** XHTML: `<p/>` closes itself. */
  readonly xhtml?: boolean;
  /** Drops navigation and page furniture that stands outside `main` and `article`. */
  readonly dropBoilerplate?: boolean;
  readonly onElement?: (name: string, attributes: Attributes) => void;
  readonly onTitle?: (title: string) => void;
  /** Changes a heading's level, or answers null to drop it. */
  readonly headingLevel?: (level: number, title: string) => number | null;
}

/** Elements within elements: the parser looks through all open ones at each end tag, and no page comes near (browsers stop at 512). */
const MAX_DEPTH = 1_000;

interface Frame {
  readonly name: string;
  readonly skips: boolean;
  readonly inScope: boolean;
  /** Inside `main` or `article`, where `footer` and `aside` are content. */
  readonly inContent: boolean;
  readonly closes: (() => void) | null;
}

interface ListFrame {
  readonly ordered: boolean;
  next: number;
  items: number;
}

/** Turns a stream of HTML events into blocks, without a tree, so that neither depth nor size costs a stack. */
class HtmlBlockReader {
  readonly #out: CanonicalTextBuilder;
  readonly #options: HtmlOptions;
  readonly #frames: Frame[] = [];
  readonly #lists: ListFrame[] = [];
  readonly #tables: TableRows[] = [];
  #buffer: string[] = [];
  #heading: number | null = null;
  #marker: string | null = null;
  #pre = 0;
  #quote = 0;
  #note = 0;
  #title: string[] | null = null;

  constructor(out: CanonicalTextBuilder, options: HtmlOptions) {
    this.#out = out;
    this.#options = options;
  }

  open(name: string, attributes: Attributes): void {
    if (this.#frames.length >= MAX_DEPTH) {
      throw new ParseError(
        'library.damaged_file',
        'The file is nested too deeply to be read. Simplify it and retry.',
      );
    }
    this.#options.onElement?.(name, attributes);
    const above = this.#frames.at(-1);
    const scope = this.#options.scope ?? 'all';
    const inScope = (above?.inScope ?? scope === 'all') || isScope(name, attributes, scope);
    const inContent = (above?.inContent ?? false) || name === 'main' || name === 'article';
    if (name === 'title' && [undefined, 'html', 'head'].includes(above?.name)) this.#title = [];
    const skips = (above?.skips ?? false) || this.#isSkipped(name, attributes, inContent);
    const reads = inScope && !skips;
    if (reads && BLOCKS.has(name)) this.#breakBlock();
    const closes = reads ? this.#enter(name, attributes) : null;
    this.#frames.push({ name, skips, inScope, inContent, closes });
  }

  text(data: string): void {
    if (this.#title) this.#title.push(data);
    const frame = this.#frames.at(-1);
    if (frame ? frame.skips || !frame.inScope : (this.#options.scope ?? 'all') !== 'all') return;
    this.#buffer.push(this.#pre > 0 ? data : data.replace(/\s+/g, ' '));
  }

  close(name: string): void {
    const frame = this.#frames.pop();
    if (name === 'title' && this.#title) {
      this.#options.onTitle?.(this.#title.join(''));
      this.#title = null;
    }
    if (!frame || frame.skips || !frame.inScope) return;
    frame.closes?.();
    if (BLOCKS.has(frame.name)) this.#breakBlock();
  }

  end(): void {
    this.#flush();
  }

  #isSkipped(name: string, attributes: Attributes, inContent: boolean): boolean {
    if (SKIPPED.has(name) || isHidden(attributes)) return true;
    if (!this.#options.dropBoilerplate) return false;
    if (name === 'nav' || attributes.role === 'navigation') return true;
    return !inContent && (FURNITURE.has(name) || FURNITURE_ROLES.has(attributes.role ?? ''));
  }

  /** Acts on an element's start; answers what its end must do. */
  #enter(name: string, attributes: Attributes): (() => void) | null {
    const level = /^h([1-6])$/.exec(name)?.[1];
    if (level) return this.#enterHeading(Number(level));
    const role = `${attributes['epub:type'] ?? ''} ${attributes.role ?? ''}`;
    if (NOTE.test(role))
      return this.#enterCounted(
        () => (this.#note += 1),
        () => (this.#note -= 1),
      );
    if (NOTE_REFERENCE.test(role)) return this.#enterReference();
    switch (name) {
      case 'br':
        this.#buffer.push(this.#tables.length > 0 ? ' ' : '\n');
        return null;
      case 'pre':
        return this.#enterCounted(
          () => (this.#pre += 1),
          () => (this.#pre -= 1),
        );
      case 'blockquote':
        return this.#enterCounted(
          () => (this.#quote += 1),
          () => (this.#quote -= 1),
        );
      case 'ul':
      case 'ol':
      case 'menu':
        return this.#enterList(name === 'ol', integer(attributes.start) ?? 1);
      case 'li':
        return this.#enterItem(integer(attributes.value));
      case 'table':
        return this.#enterTable();
      case 'caption':
        return () => this.#out.add('paragraph', this.#take());
      case 'tr':
        return () => this.#endRow();
      case 'td':
      case 'th':
        return () => this.#endCell();
      default:
        return null;
    }
  }

  #enterCounted(begin: () => void, finish: () => void): () => void {
    this.#flush();
    begin();
    return () => {
      this.#flush();
      finish();
    };
  }

  #enterReference(): () => void {
    this.#buffer.push('[');
    return () => {
      this.#buffer.push(']');
    };
  }

  #enterHeading(level: number): () => void {
    // A heading in a cell means that the table is there for layout: what was read of the row stands for itself.
    if (this.#tables.length > 0) this.#endRow();
    this.#heading = level;
    return () => {
      this.#flush();
      this.#heading = null;
    };
  }

  #enterList(ordered: boolean, start: number): () => void {
    this.#lists.push({ ordered, next: start, items: 0 });
    return () => {
      this.#flush();
      this.#lists.pop();
    };
  }

  #enterItem(value: number | null): () => void {
    const list = this.#lists.at(-1);
    if (list) {
      if (value !== null) list.next = value;
      this.#marker = list.ordered ? `${list.next}. ` : '- ';
      list.next += 1;
    } else {
      this.#marker = '- ';
    }
    return () => {
      this.#flush();
      this.#marker = null;
    };
  }

  #enterTable(): () => void {
    const outer = this.#tables.at(-1);
    if (outer) this.#endRow();
    else this.#flush();
    this.#tables.push(new TableRows());
    return () => {
      this.#endRow();
      this.#tables.pop();
    };
  }

  #endCell(): void {
    this.#tables.at(-1)?.endCell(this.#take());
  }

  #endRow(): void {
    const row = this.#tables.at(-1)?.endRow(this.#take());
    if (row) this.#out.add('tableRow', row.text, { tight: row.tight });
  }

  #breakBlock(): void {
    if (this.#tables.length > 0 && this.#heading === null) this.#buffer.push(' ');
    else this.#flush();
  }

  #take(): string {
    const text = this.#buffer.join('');
    this.#buffer = [];
    return text;
  }

  #flush(): void {
    const text = this.#take();
    if (text.trim() === '') return;
    if (this.#heading !== null) {
      const level = this.#options.headingLevel
        ? this.#options.headingLevel(this.#heading, text)
        : this.#heading;
      if (level !== null) this.#out.add('heading', text, { level });
    } else if (this.#marker !== null && this.#pre === 0) {
      this.#addItem(this.#marker + text.trim());
    } else {
      this.#out.add(this.#kind(), text, { verbatim: this.#pre > 0 });
    }
  }

  #addItem(text: string): void {
    const list = this.#lists.at(-1);
    const depth = Math.min(10, Math.max(0, this.#lists.length - 1));
    const kind = this.#note > 0 ? 'footnote' : 'listItem';
    this.#out.add(kind, text, { tight: depth > 0 || (list?.items ?? 0) > 0, indent: depth * 2 });
    if (list) list.items += 1;
    this.#marker = null;
  }

  #kind(): BlockKind {
    if (this.#note > 0) return 'footnote';
    if (this.#pre > 0) return 'code';
    return this.#quote > 0 ? 'quote' : 'paragraph';
  }
}

/** Adds the readable blocks of an HTML text: headings, paragraphs, items, rows, quotes, code and notes, in order. */
export function addHtmlBlocks(html: string, out: CanonicalTextBuilder, options: HtmlOptions = {}): void {
  const reader = new HtmlBlockReader(out, options);
  const parser = new Parser(
    {
      onopentag: (name, attributes) => reader.open(name, attributes),
      ontext: (data) => reader.text(data),
      onclosetag: (name) => reader.close(name),
    },
    {
      decodeEntities: true,
      recognizeSelfClosing: options.xhtml ?? false,
      recognizeCDATA: options.xhtml ?? false,
    },
  );
  parser.end(html);
  reader.end();
}
