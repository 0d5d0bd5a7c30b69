import { attribute, childOf, descendants, type XmlNode } from '../../xml.ts';

export interface ParagraphStyle {
  /** 1–6 for headings, else null. */
  readonly headingLevel: number | null;
  readonly numbering: NumberingReference | null;
  readonly kind: 'title' | 'quote' | 'code' | 'contents' | 'text';
}

export interface NumberingReference {
  readonly id: string;
  readonly level: number;
}

/** How deep `basedOn` is followed; it may be a circle. */
const MAX_PARENTS = 20;

function value(node: XmlNode | undefined): string | null {
  return node ? attribute(node.attributes, 'val') : null;
}

function numberingReference(properties: XmlNode | undefined): NumberingReference | null {
  const reference = childOf(properties, 'numPr');
  const id = value(childOf(reference, 'numId'));
  return id === null ? null : { id, level: Number(value(childOf(reference, 'ilvl')) ?? 0) || 0 };
}

/** `outlineLvl` counts from 0; 9 means body text. */
export function outlineLevel(text: string | null): number | null {
  if (text === null || !/^[0-9]$/.test(text)) return null;
  return text === '9' ? null : Math.min(6, Number(text) + 1);
}

function kindOf(name: string): ParagraphStyle['kind'] {
  if (/^title$/i.test(name)) return 'title';
  if (/quot/i.test(name)) return 'quote';
  if (/code|preformatted|source/i.test(name)) return 'code';
  return /^(?:toc \d|table of figures)/i.test(name) ? 'contents' : 'text';
}

/** The paragraph styles by id, with what they inherit (ECMA-376 part 1, 17.7). */
export class StyleSheet {
  readonly #nodes = new Map<string, XmlNode>();
  readonly #styles = new Map<string, ParagraphStyle>();

  constructor(root: XmlNode | null) {
    for (const node of root ? descendants(root, 'style') : []) {
      const id = attribute(node.attributes, 'styleId');
      if (id !== null) this.#nodes.set(id, node);
    }
  }

  get(id: string | null): ParagraphStyle | null {
    if (id === null) return null;
    const known = this.#styles.get(id);
    if (known) return known;
    const style = this.#resolve(id);
    this.#styles.set(id, style);
    return style;
  }

  #resolve(id: string): ParagraphStyle {
    let headingLevel: number | null = null;
    let numbering: NumberingReference | null = null;
    let kind: ParagraphStyle['kind'] = 'text';
    let next: string | null = id;
    for (let step = 0; next !== null && step < MAX_PARENTS; step += 1) {
      const node: XmlNode | undefined = this.#nodes.get(next);
      const name: string = value(childOf(node, 'name')) ?? next;
      const properties = childOf(node, 'pPr');
      // The built-in names stay English in every language of the program.
      const named = /^heading ?([1-9])/i.exec(name)?.[1];
      headingLevel ??= named
        ? Math.min(6, Number(named))
        : outlineLevel(value(childOf(properties, 'outlineLvl')));
      numbering ??= numberingReference(properties);
      if (kind === 'text') kind = kindOf(name);
      next = value(childOf(node, 'basedOn'));
    }
    return { headingLevel, numbering, kind };
  }
}
