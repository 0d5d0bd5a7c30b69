import type { TextRun } from './lines.ts';

/** Codes without a character: what remains of a font that does not say which letters its glyphs are. */
const NO_CHARACTER = /[\p{Cc}\p{Co}\uFFFD]/gu;
/** Above this share a font is illegible; spaces alone come out as codes in many fonts, and are no more than a fifth. */
const MAX_CODES = 0.4;
/** Share of illegible characters above which the file cannot be read at all. */
const MAX_ILLEGIBLE = 0.5;

/** Tells the fonts whose text can be read from those that give only glyph codes. Fed page by page. */
export class FontLegibility {
  readonly #fonts = new Map<string, { chars: number; codes: number }>();

  /** The runs of a page that can be read, with codes for spaces made spaces. */
  legible<T extends TextRun>(runs: readonly T[]): T[] {
    for (const { fontName, str } of runs) {
      const font = this.#fonts.get(fontName) ?? { chars: 0, codes: 0 };
      font.chars += str.length;
      font.codes += str.match(NO_CHARACTER)?.length ?? 0;
      this.#fonts.set(fontName, font);
    }
    return runs
      .filter((run) => !this.#isIllegible(this.#fonts.get(run.fontName)))
      .map((run) => ({ ...run, str: run.str.replace(NO_CHARACTER, ' ') }));
  }

  /** Whether most of the file's text is in fonts that cannot be read. */
  get mostlyIllegible(): boolean {
    const fonts = [...this.#fonts.values()];
    const count = (list: typeof fonts): number => list.reduce((sum, font) => sum + font.chars, 0);
    return count(fonts.filter((font) => this.#isIllegible(font))) > count(fonts) * MAX_ILLEGIBLE;
  }

  #isIllegible(font: { chars: number; codes: number } | undefined): boolean {
    return font !== undefined && font.codes > font.chars * MAX_CODES;
  }
}
