import { attribute, readXml, type XmlAttributes } from '../../xml.ts';
import { type NumberingReference, outlineLevel } from './styles.ts';

const WORD = /\/wordprocessingml\/(?:2006\/)?main$/;
const MATH = /\/officeDocument\/(?:2006\/)?math$/;

/** Deleted or moved text, instructions of fields, what old programs see instead, and properties as they were. */
const SKIPPED = new Set([
  'del',
  'moveFrom',
  'delText',
  'instrText',
  'Fallback',
  'pPrChange',
  'rPrChange',
  'sectPrChange',
  'tblPrChange',
  'numberingChange',
  'annotationRef',
]);

export interface NoteReference {
  readonly kind: 'footnote' | 'endnote';
  readonly id: string;
}

export interface Paragraph {
  readonly text: string;
  readonly styleId: string | null;
  readonly outline: number | null;
  readonly numbering: NumberingReference | null;
  readonly notes: readonly NoteReference[];
}

export interface DocumentEvents {
  paragraph(paragraph: Paragraph): void;
  tableStart(): void;
  tableEnd(): void;
  cellEnd(): void;
  rowEnd(): void;
  /** A note of the notes part begins; its paragraphs follow. */
  note?(id: string): void;
  /** The text that stands for a reference to a note. */
  mark(reference: NoteReference): string;
}

interface OpenParagraph {
  readonly runs: string[];
  readonly notes: NoteReference[];
  /** Paragraphs of text boxes anchored here: they follow. */
  readonly boxes: Paragraph[];
  styleId: string | null;
  outline: string | null;
  listId: string | null;
  listLevel: string | null;
}

/** Reads WordprocessingML (ECMA-376 part 1, 17) as a stream of paragraphs and table parts, in document order. */
class WordReader {
  readonly #events: DocumentEvents;
  readonly #paragraphs: OpenParagraph[] = [];
  #prefixes: { word: string; math: string } | null = null;
  /** Elements open inside a skipped one, itself included. */
  #skipDepth = 0;
  #inProperties = false;
  #inText = false;
  #hidden = false;

  constructor(events: DocumentEvents) {
    this.#events = events;
  }

  open(qualified: string, attributes: XmlAttributes): void {
    this.#prefixes ??= readPrefixes(attributes);
    const name = this.#name(qualified);
    if (this.#skipDepth > 0 || SKIPPED.has(name)) {
      this.#skipDepth += 1;
      return;
    }
    const paragraph = this.#paragraphs.at(-1);
    const val = (): string | null => attribute(attributes, 'val');
    if (this.#inProperties && paragraph && this.#property(name, paragraph, val)) return;
    switch (name) {
      case 'p':
        this.#paragraphs.push({
          runs: [],
          notes: [],
          boxes: [],
          styleId: null,
          outline: null,
          listId: null,
          listLevel: null,
        });
        break;
      case 'pPr':
        this.#inProperties = true;
        break;
      case 'r':
        this.#hidden = false;
        break;
      case 'vanish':
        this.#hidden = !['0', 'false', 'off'].includes(val() ?? '');
        break;
      case 't':
        this.#inText = true;
        break;
      case 'tbl':
        this.#events.tableStart();
        break;
      default:
        this.#inline(name, attributes, paragraph);
    }
  }

  text(data: string): void {
    if (this.#inText && !this.#hidden && this.#skipDepth === 0) this.#paragraphs.at(-1)?.runs.push(data);
  }

  close(qualified: string): void {
    if (this.#skipDepth > 0) {
      this.#skipDepth -= 1;
      return;
    }
    switch (this.#name(qualified)) {
      case 'p':
        this.#endParagraph();
        break;
      case 'pPr':
        this.#inProperties = false;
        this.#hidden = false;
        break;
      case 't':
        this.#inText = false;
        break;
      case 'tc':
        this.#events.cellEnd();
        break;
      case 'tr':
        this.#events.rowEnd();
        break;
      case 'tbl':
        this.#events.tableEnd();
        break;
      default:
        break;
    }
  }

  /** The local name of an element of WordprocessingML; of the others only those that we know. */
  #name(qualified: string): string {
    const colon = qualified.indexOf(':');
    const prefix = qualified.slice(0, Math.max(0, colon));
    const name = qualified.slice(colon + 1);
    if (prefix === this.#prefixes?.word || name === 'Fallback') return name;
    return prefix === this.#prefixes?.math && name === 't' ? name : '';
  }

  #property(name: string, paragraph: OpenParagraph, val: () => string | null): boolean {
    if (name === 'pStyle') paragraph.styleId = val();
    else if (name === 'outlineLvl') paragraph.outline = val();
    else if (name === 'numId') paragraph.listId = val();
    else if (name === 'ilvl') paragraph.listLevel = val();
    else return false;
    return true;
  }

  #inline(name: string, attributes: XmlAttributes, paragraph: OpenParagraph | undefined): void {
    if (name === 'footnote' || name === 'endnote') {
      const id = attribute(attributes, 'id');
      // Separators have a type; notes have none.
      if (id !== null && [null, 'normal'].includes(attribute(attributes, 'type'))) this.#events.note?.(id);
      return;
    }
    if (!paragraph || this.#inProperties || this.#hidden) return;
    if (name === 'tab') paragraph.runs.push('\t');
    else if (name === 'br' || name === 'cr') paragraph.runs.push('\n');
    else if (name === 'noBreakHyphen') paragraph.runs.push('-');
    else if (name === 'footnoteReference' || name === 'endnoteReference')
      this.#reference(name, attributes, paragraph);
  }

  #reference(name: string, attributes: XmlAttributes, paragraph: OpenParagraph): void {
    const id = attribute(attributes, 'id');
    if (id === null) return;
    const reference = { kind: name === 'footnoteReference' ? 'footnote' : 'endnote', id } as const;
    paragraph.notes.push(reference);
    paragraph.runs.push(this.#events.mark(reference));
  }

  #endParagraph(): void {
    const open = this.#paragraphs.pop();
    if (!open) return;
    const level = Number(open.listLevel ?? 0);
    const paragraph: Paragraph = {
      text: open.runs.join(''),
      styleId: open.styleId,
      outline: outlineLevel(open.outline),
      numbering:
        open.listId === null ? null : { id: open.listId, level: Number.isInteger(level) ? level : 0 },
      notes: open.notes,
    };
    const around = this.#paragraphs.at(-1);
    const all = [paragraph, ...open.boxes];
    if (around) around.boxes.push(...all);
    else for (const each of all) this.#events.paragraph(each);
  }
}

function readPrefixes(attributes: XmlAttributes): { word: string; math: string } {
  const prefixOf = (namespace: RegExp): string | undefined =>
    Object.entries(attributes)
      .find(([name, uri]) => /^xmlns(?::|$)/.test(name) && namespace.test(uri))?.[0]
      .replace(/^xmlns:?/, '');
  return { word: prefixOf(WORD) ?? 'w', math: prefixOf(MATH) ?? 'm' };
}

export function readWord(xml: string, events: DocumentEvents): void {
  const reader = new WordReader(events);
  readXml(xml, {
    open: (name, attributes) => reader.open(name, attributes),
    text: (data) => reader.text(data),
    close: (name) => reader.close(name),
  });
}
