import { fold } from '../analysis/analyzer.ts';
import { languageOf } from '../analysis/languages.ts';

const SEPARATORS = /[^\p{L}\p{N}\p{M}]+/gu;
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;

function plain(text: string): string {
  return ` ${fold(text.normalize('NFKC').toLowerCase(), languageOf(null)).replace(SEPARATORS, ' ').trim()} `;
}

/** A test for text that holds the phrase: the same words in the same order, whatever their case, accents and punctuation. */
export function phraseTest(phrase: string): (text: string) => boolean {
  const words = plain(phrase);
  const wanted = UNSPACED.test(words) ? words.trim() : words;
  return (text) => plain(text).includes(wanted);
}
