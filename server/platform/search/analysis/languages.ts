import { newStemmer } from 'snowball-stemmers';
import * as stopword from 'stopword';

/** What became of a word: its term, and whether it is one of grammar. */
export interface AnalysedWord {
  readonly term: string;
  readonly stop: boolean;
}

/** What the analyser knows of a language. */
export interface Language {
  /** BCP 47 base subtag; `und` where the language is not known. */
  readonly code: string;
  readonly stopWords: ReadonlySet<string>;
  /** Base form of a lower-case word. */
  stem(word: string): string;
  /** Lower case by the language's own rule (Turkish has two letters i). */
  lower(text: string): string;
  /** Whether its readers take `é` and `e` for one letter: then accents are folded. */
  readonly foldsAccents: boolean;
  /** Whether an apostrophe ends a word of its own (`l'homme`) and does not belong to it (`company's`). */
  readonly elides: boolean;
  /** Whether the term of a word always begins with the word's first letter, where that is one of ASCII. */
  readonly keepsBeginnings: boolean;
  /** Words that were analysed before. */
  readonly words: Map<string, AnalysedWord>;
}

const STEMMERS: Readonly<Record<string, string>> = {
  ar: 'arabic',
  hy: 'armenian',
  eu: 'basque',
  ca: 'catalan',
  cs: 'czech',
  da: 'danish',
  nl: 'dutch',
  en: 'english',
  fi: 'finnish',
  fr: 'french',
  de: 'german',
  hu: 'hungarian',
  it: 'italian',
  ga: 'irish',
  no: 'norwegian',
  nb: 'norwegian',
  nn: 'norwegian',
  pt: 'portuguese',
  ro: 'romanian',
  ru: 'russian',
  es: 'spanish',
  sl: 'slovene',
  sv: 'swedish',
  ta: 'tamil',
  tr: 'turkish',
};

const STOP_WORDS: Readonly<Record<string, readonly string[]>> = {
  ar: stopword.ara,
  bn: stopword.ben,
  bg: stopword.bul,
  ca: stopword.cat,
  cs: stopword.ces,
  da: stopword.dan,
  de: stopword.deu,
  el: stopword.ell,
  en: stopword.eng,
  et: stopword.est,
  eu: stopword.eus,
  fa: stopword.fas,
  fi: stopword.fin,
  fr: stopword.fra,
  ga: stopword.gle,
  gl: stopword.glg,
  gu: stopword.guj,
  he: stopword.heb,
  hi: stopword.hin,
  hr: stopword.hrv,
  hu: stopword.hun,
  hy: stopword.hye,
  id: stopword.ind,
  it: stopword.ita,
  ja: stopword.jpn,
  ko: stopword.kor,
  lv: stopword.lav,
  lt: stopword.lit,
  mr: stopword.mar,
  ms: stopword.msa,
  my: stopword.mya,
  nl: stopword.nld,
  no: stopword.nob,
  nb: stopword.nob,
  nn: stopword.nob,
  pl: stopword.pol,
  pt: stopword.por,
  ro: stopword.ron,
  ru: stopword.rus,
  sk: stopword.slk,
  sl: stopword.slv,
  es: stopword.spa,
  sw: stopword.swa,
  sv: stopword.swe,
  tl: stopword.tgl,
  th: stopword.tha,
  tr: stopword.tur,
  uk: stopword.ukr,
  ur: stopword.urd,
  vi: stopword.vie,
  zh: stopword.zho,
};

/** Words of questions and of grammar that the package's lists leave out; they say nothing about a document. */
const MORE_STOP_WORDS: Readonly<Record<string, string>> = {
  en: `does did doing done will shall may cannot just not no nor don doesn didn isn aren wasn weren won shouldn wouldn couldn
    its itself they've you're i'm we're myself yourself themselves ourselves these whom whose why own few against during
    above below off again further once upon among via per being let's`,
  fr: `cette cet celui celle ceux celles quel quelle quels quelles dont comme plus moins très ainsi aussi car donc si sans
    sous entre chez vers lors leurs ses cela ceci ça peut peuvent doit doivent comment pourquoi quand combien toute tous
    toutes tout qu`,
  es: `qué quién quiénes cuál cuáles cuándo cómo dónde cuánto es son fue fueron ser era eran ha han había este esta estos
    estas esa esos esas entre todo todos toda todas e o si también ante hay`,
};

/** Where an accent makes another letter that readers would miss. */
const KEEPS_ACCENTS: ReadonlySet<string> = new Set([
  'sv',
  'fi',
  'da',
  'no',
  'nb',
  'nn',
  'et',
  'is',
  'hu',
  'tr',
  'vi',
  'lv',
  'lt',
]);

const ELIDES: ReadonlySet<string> = new Set(['fr', 'it', 'ca', 'ga', 'oc']);

/** Snowball's stemmers that only cut and change endings; some of the others take off what stands before a word. */
const STEMMED_FROM_THE_END: ReadonlySet<string> = new Set(
  'da de en es fi fr hu it nb nl nn no pt ro sv'.split(' '),
);

/** Without a stemmer, words of inflecting languages are cut to this many letters (McNamee and Mayfield 2004 found 4–6 best). */
const TRUNCATED: ReadonlySet<string> = new Set([
  'el',
  'pl',
  'uk',
  'bg',
  'sk',
  'hr',
  'sr',
  'lv',
  'lt',
  'et',
  'is',
  'mk',
  'be',
]);
const TRUNCATION_LENGTH = 6;

/** Where lower case is a matter of its own: two letters i in Turkish; ё, which Russian stems and most writers take for е. */
const LOWER: Readonly<Record<string, (text: string) => string>> = {
  tr: (text) => text.toLocaleLowerCase('tr'),
  ru: (text) => text.toLowerCase().replaceAll('ё', 'е'),
};

const SPELLINGS: Readonly<Record<string, string>> = { in: 'id', iw: 'he', cmn: 'zh', fil: 'tl' };

const known = new Map<string, Language>();

/** The language of a BCP 47 tag; unknown tags share the rules of `und`: no stop words and no stemming. */
export function languageOf(tag: string | null): Language {
  const subtag = (tag ?? 'und').toLowerCase().split('-', 1)[0] ?? 'und';
  const base = SPELLINGS[subtag] ?? subtag;
  const code = base in STEMMERS || base in STOP_WORDS || TRUNCATED.has(base) ? base : 'und';
  const found = known.get(code);
  if (found !== undefined) return found;
  const made = makeLanguage(code);
  known.set(code, made);
  return made;
}

function makeLanguage(code: string): Language {
  const more = MORE_STOP_WORDS[code]?.split(/\s+/) ?? [];
  return {
    code,
    stopWords: new Set(
      [...(STOP_WORDS[code] ?? []), ...more].map((word) => word.normalize('NFKC').toLowerCase()),
    ),
    stem: stemmerOf(code),
    lower: LOWER[code] ?? ((text) => text.toLowerCase()),
    foldsAccents: !KEEPS_ACCENTS.has(code),
    elides: ELIDES.has(code),
    keepsBeginnings: !(code in STEMMERS) || STEMMED_FROM_THE_END.has(code),
    words: new Map(),
  };
}

function stemmerOf(code: string): (word: string) => string {
  const algorithm = STEMMERS[code];
  if (algorithm !== undefined) {
    const stemmer = newStemmer(algorithm);
    return (word) => stemmer.stem(word);
  }
  if (TRUNCATED.has(code)) return (word) => Array.from(word).slice(0, TRUNCATION_LENGTH).join('');
  return (word) => word;
}
