import { analyze } from '../../platform/search/analysis/analyzer.ts';

/** What kind of thing the question wants to hear. */
export type Expectation = 'person' | 'time' | 'number' | 'place';

export interface Question {
  readonly text: string;
  /** BCP 47, judged by its words of grammar; null where it has none that tell. */
  readonly language: string | null;
  readonly expects: Expectation | null;
  /** The terms that carry its meaning, as the index of a text in `language` would hold them, in order. */
  terms(language: string | null): readonly string[];
  /** Those among them that no answer can do without: names and numbers. */
  essentials(language: string | null): readonly string[];
}

/** Reads a question. `languages` are those that its passages are written in. */
export function readQuestion(text: string, languages: readonly (string | null)[]): Question {
  const language = questionLanguage(text, languages);
  const grammar = stopStarts(text, language);
  const asking = rangesOf(text, ASKING_WORDS);
  const named = namesAndNumbers(text, language);
  const content = (target: string | null) =>
    wholeIdentifiers(text, analyze(text, target ?? language)).filter(
      (word) =>
        !word.stop &&
        !grammar.has(word.start) &&
        !asking.some((range) => covers(range, word)) &&
        // Japanese endings, and pairs of letters that reach into them.
        !/\p{Script=Hiragana}/u.test(word.term),
    );
  return {
    text,
    language,
    expects: expectationOf(text),
    terms: once((target) => distinctTerms(content(target))),
    essentials: once((target) =>
      distinctTerms(content(target).filter((word) => named.some((name) => covers(name, word)))),
    ),
  };
}

/** Remembers what it made for each language. */
function once<T>(make: (language: string | null) => T): (language: string | null) => T {
  const made = new Map<string | null, T>();
  return (language) => {
    const found = made.get(language);
    if (found !== undefined) return found;
    const value = make(language);
    made.set(language, value);
    return value;
  };
}

/** `EX-01` counts once: the index also holds its parts, which say less. */
function wholeIdentifiers<Word extends Range>(text: string, words: readonly Word[]): Word[] {
  const identifiers = words.filter((word) => /\p{N}/u.test(text.slice(word.start, word.end)));
  return words.filter(
    (word) => !identifiers.some((whole) => whole !== word && covers(whole, word) && !covers(word, whole)),
  );
}

function distinctTerms(words: readonly { readonly term: string }[]): string[] {
  return [...new Set(words.map((word) => word.term))];
}

/** Words that only ask: they stand in no answer. */
const ASKING_WORDS =
  /(?<!\p{L})(?:how (?:many|much|long|often|far|quickly)|means?|meaning|called|wie ?(?:viele?|lange|hoch|oft|weit)|bedeutet|heißt|signifie|significa)(?!\p{L})/giu;

interface Range {
  readonly start: number;
  readonly end: number;
}

function covers(outer: Range, inner: Range): boolean {
  return outer.start <= inner.start && inner.end <= outer.end;
}

function rangesOf(text: string, pattern: RegExp): Range[] {
  return [...text.matchAll(pattern)].map((match) => ({
    start: match.index,
    end: match.index + match[0].length,
  }));
}

function stopStarts(text: string, language: string | null): ReadonlySet<number> {
  return new Set(
    analyze(text, language)
      .filter((word) => word.stop)
      .map((word) => word.start),
  );
}

const COMMON_LANGUAGES = ['en', 'fr', 'de', 'es', 'it', 'pt', 'nl'];

/** The language whose words of grammar the question uses most. */
function questionLanguage(text: string, languages: readonly (string | null)[]): string | null {
  const candidates = new Set([...COMMON_LANGUAGES, ...languages.filter((language) => language !== null)]);
  let best: string | null = null;
  let most = 0;
  for (const language of candidates) {
    const count = stopStarts(text, language).size;
    if (count > most) [best, most] = [language, count];
  }
  return best;
}

const EXPECTATIONS: readonly (readonly [Expectation, RegExp])[] = [
  ['person', word(`who|whom|whose|qui|wer|wem|wen|wessen|quién|quiénes|chi|quem|wie is`, '谁|誰|누구')],
  [
    'time',
    word(
      `when|what (?:date|year|day|time)|quand|wann|cuándo|quando|wanneer`,
      '何时|什么时候|いつ|何年|何月|何日|언제',
    ),
  ],
  [
    'number',
    word(
      `how (?:many|much|long|old|often|far|large|big|high)|what (?:percentage|number|amount|budget|salary|price|cost)|combien|wie ?viele?|wie (?:lange|hoch|oft|weit)|cuánt[oa]s?|quant[oia]`,
      '多少|几|いくつ|いくら|何人|何回|何%|얼마|몇',
    ),
  ],
  ['place', word('where|où|wo|wohin|dónde|dove|onde|waar', '哪里|哪儿|どこ|어디')],
];

/** Whole words of spaced scripts, or any of the unspaced ones. JavaScript's `\b` knows only ASCII letters. */
function word(spaced: string, unspaced: string): RegExp {
  return new RegExp(`(?<!\\p{L})(?:${spaced})(?!\\p{L})|${unspaced}`, 'iu');
}

function expectationOf(text: string): Expectation | null {
  return EXPECTATIONS.find(([, pattern]) => pattern.test(text))?.[0] ?? null;
}

/** Capitalised words inside the sentence, and numbers. German writes every noun so, and some people write every word so. */
function namesAndNumbers(text: string, language: string | null): Range[] {
  const numbers = rangesOf(text, /[\p{L}-]*\p{N}[\p{L}\p{N}.,-]*(?<![.,])/gu);
  if (language?.startsWith('de')) return numbers;
  const words = rangesOf(text, /\p{L}[\p{L}\p{M}'’-]*/gu);
  const capitalised = words.filter((word) => word.start > 0 && /^\p{Lu}/u.test(text.slice(word.start)));
  const shouted = capitalised.length > 3 && capitalised.length > 0.6 * words.length;
  return shouted ? numbers : [...numbers, ...capitalised];
}
