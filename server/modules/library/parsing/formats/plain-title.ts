/** Code units. */
const MAX_TITLE = 120;

const DIGIT = '[\\d〇元一二三四五六七八九十]';
/** First lines that are no title, as people write letters, mails, lists, programs and tables. */
const NO_TITLE: readonly RegExp[] = [
  /[.。．…!！,，、;；:：]$/u, // a sentence, a salutation, or the head of what follows
  /^(?:[-*+•‣·–—]|[\p{L}\d]{1,4}[.)、．])\s?/u, // a list item
  /^(?:dear|hi|hello|hey|to whom|good (?:morning|afternoon|evening|day)|sehr geehrte|liebe[rs]?|hallo|guten|cher|chère|chers|chères|madame|monsieur|mesdames|bonjour|estimad[oa]s?|querid[oa]s?|muy señor|hola|gentil[ei]|egregi[oa]|caro|cara|prezad[oa]s?|geachte|beste|уважаем|здравствуйте|dragi|szanown)(?:$|[\s\p{L},])/iu,
  /^(?:拝啓|謹啓|前略|尊敬的|亲爱的|親愛的)/u,
  /^(?:subject|from|to|cc|bcc|date|sent|re|fwd?|aw|wg|betreff|von|an|datum|objet|de|à|asunto|para|fecha|件名|差出人|宛先|日時|日付)\s*[:：]/iu,
  /@|:\/\/|\t|\||[{}=<>\\]/u,
  // A date, after a place or not.
  /^(?:[\p{L}\p{M} .'’-]+,\s*)?(?:\p{L}+\s+)?\d{1,2}(?:st|nd|rd|th|er|\.)?\s+(?:de\s+)?\p{L}+\.?,?\s+(?:de\s+)?\d{4}$/iu,
  /^(?:[\p{L}\p{M} .'’-]+,\s*)?\p{L}+\s+\d{1,2}(?:st|nd|rd|th)?,?\s+\d{4}$/iu,
  new RegExp(`^(?:\\p{Script=Han}{2})?${DIGIT}+年${DIGIT}+月${DIGIT}+日`, 'u'),
];
/** Opens with a capital, a letter of a script without case, a number, or a quotation mark or bracket. */
const OPENING = /^[\p{Ps}\p{Pi}"'¿]?[\p{Lu}\p{Lt}\p{Lo}\p{N}]/u;

/**
 * The title of a plain text: its first line that is not blank, where a blank line parts it from what follows and it reads like
 * a title. Conservative: a title that is missed costs less than a wrong one. `text` has line feeds only.
 */
export function plainTitle(text: string): string | null {
  const body = text.trim();
  const end = body.indexOf('\n');
  if (end < 0 || end > MAX_TITLE * 2) return null;
  const line = body.slice(0, end).trim();
  const parted = /^\n[^\S\n]*\n/.test(body.slice(end));
  if (!parted || line.length > MAX_TITLE) return null;
  if (!OPENING.test(line) || !/\p{L}{2}/u.test(line)) return null;
  return NO_TITLE.some((pattern) => pattern.test(line)) ? null : line;
}
