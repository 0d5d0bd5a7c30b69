import { attribute, childOf, descendants, type XmlNode } from '../../xml.ts';
import type { NumberingReference } from './styles.ts';

interface Level {
  readonly format: string;
  /** With `%1` … `%9` for the numbers of the levels. */
  readonly template: string;
  readonly start: number;
}

const MAX_LEVELS = 9;

function roman(number: number): string {
  const digits: readonly (readonly [number, string])[] = [
    [1000, 'm'],
    [900, 'cm'],
    [500, 'd'],
    [400, 'cd'],
    [100, 'c'],
    [90, 'xc'],
    [50, 'l'],
    [40, 'xl'],
    [10, 'x'],
    [9, 'ix'],
    [5, 'v'],
    [4, 'iv'],
    [1, 'i'],
  ];
  let rest = Math.min(number, 3_999);
  let text = '';
  for (const [size, digit] of digits) {
    while (rest >= size) {
      text += digit;
      rest -= size;
    }
  }
  return text;
}

/** a … z, aa, bb … (ST_NumberFormat lowerLetter, ECMA-376 part 1, 17.18.59). */
function letter(number: number): string {
  const at = (number - 1) % 26;
  return String.fromCharCode(97 + at).repeat(Math.min(10, Math.floor((number - 1) / 26) + 1));
}

function format(number: number, style: string): string {
  if (number < 1) return String(number);
  switch (style) {
    case 'lowerRoman':
      return roman(number);
    case 'upperRoman':
      return roman(number).toUpperCase();
    case 'lowerLetter':
      return letter(number);
    case 'upperLetter':
      return letter(number).toUpperCase();
    case 'decimalZero':
      return String(number).padStart(2, '0');
    default:
      return String(number);
  }
}

function readLevels(node: XmlNode): Map<number, Level> {
  const levels = new Map<number, Level>();
  for (const level of descendants(node, 'lvl')) {
    const val = (name: string): string | null => {
      const child = childOf(level, name);
      return child ? attribute(child.attributes, 'val') : null;
    };
    const index = Number(attribute(level.attributes, 'ilvl') ?? 0);
    levels.set(index, {
      format: val('numFmt') ?? 'decimal',
      template: val('lvlText') ?? '',
      start: Number(val('start') ?? 1) || 0,
    });
  }
  return levels;
}

/** Computes the labels of numbered paragraphs in document order ("1.", "b)", "2.3", or "-" for bullets). */
export class Numbering {
  readonly #levels = new Map<string, Map<number, Level>>();
  /** Lists that share a definition go on counting together. */
  readonly #abstractOf = new Map<string, string>();
  readonly #counters = new Map<string, (number | null)[]>();

  constructor(root: XmlNode | null) {
    if (!root) return;
    const definitions = new Map<string, Map<number, Level>>();
    for (const node of descendants(root, 'abstractNum')) {
      const id = attribute(node.attributes, 'abstractNumId');
      if (id !== null) definitions.set(id, readLevels(node));
    }
    for (const node of descendants(root, 'num')) {
      const id = attribute(node.attributes, 'numId');
      const reference = childOf(node, 'abstractNumId');
      const definition = reference ? attribute(reference.attributes, 'val') : null;
      if (id === null || definition === null) continue;
      const restarted = [...descendants(node, 'lvlOverride')].length > 0;
      const levels = new Map([...(definitions.get(definition) ?? []), ...readLevels(node)]);
      this.#levels.set(id, levels);
      this.#abstractOf.set(id, restarted ? `num ${id}` : definition);
    }
  }

  /** The label of the next paragraph of this list, with no space after it; null where the paragraph is in no list. */
  next(reference: NumberingReference | null): string | null {
    if (!reference || reference.id === '0') return null; // 0 takes a style's numbering away
    const levels = this.#levels.get(reference.id);
    const at = Math.max(0, Math.min(MAX_LEVELS - 1, reference.level));
    const level = levels?.get(at);
    if (!levels || !level) return null;
    const key = this.#abstractOf.get(reference.id) ?? reference.id;
    const counters = this.#counters.get(key) ?? Array.from({ length: MAX_LEVELS }, () => null);
    this.#counters.set(key, counters);
    counters[at] = (counters[at] ?? level.start - 1) + 1;
    counters.fill(null, at + 1);
    if (level.format === 'bullet') return '-';
    if (level.format === 'none') return null;
    const label = level.template.replace(/%([1-9])/g, (_, digit: string) => {
      const index = Number(digit) - 1;
      const other = levels.get(index);
      return format(counters[index] ?? other?.start ?? 1, other?.format ?? 'decimal');
    });
    return label.trim() || null;
  }
}
