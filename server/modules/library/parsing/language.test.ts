import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { declaredLanguage, detectLanguage } from './language.ts';

describe('declaredLanguage', () => {
  test.each([
    ['en_us', 'en-US'],
    ['zh-hans', 'zh-Hans'],
    [' iw ', 'he'],
    ['x-default', null],
    ['german', null],
    ['und', null],
    ['', null],
    ['a'.repeat(50), null],
    [null, null],
  ])('%s is %s', (tag, expected) => {
    expect(declaredLanguage(tag)).toBe(expected);
  });
});

describe('detectLanguage', () => {
  test.each([
    ['The committee will meet on Thursday to discuss the budget for the coming year.', 'en'],
    ['Le comité se réunira jeudi pour discuter du budget de l’année prochaine.', 'fr'],
    ['Der Ausschuss trifft sich am Donnerstag, um den Haushalt des nächsten Jahres zu besprechen.', 'de'],
    ['すべての人間は自由である。', 'ja'],
    ['人人生而自由,在尊严和权利上一律平等。', 'zh'],
    ['모든 인간은 태어날 때부터 자유롭다', 'ko'],
    ['มนุษย์ทั้งหลายเกิดมามีอิสระ', 'th'],
    ['Όλοι οι άνθρωποι γεννιούνται ελεύθεροι', 'el'],
    [
      'The office approves three invoices.\n\nItem | Code | Paid\nDesk | EG-05 | 12,000.00\nSeat | EG-06 | 7.5',
      'en',
    ],
    ['x1', null],
    ['12345 67890 --- 4711', null],
    ['lorem', null],
  ])('%s → %s', (text, expected) => {
    expect(detectLanguage(text)).toBe(expected);
  });

  test.each([
    ['hydrometric-technologist.en.md', 'en'],
    ['hydrometric-technologist.fr.md', 'fr'],
    ['tn-014-gap-filling.md', 'en'],
    ['bunkan-iten-gijiroku.ja.txt', 'ja'],
  ])('tables and codes in %s do not sway it', (file, language) => {
    const text = readFileSync(new URL(`../../../../samples/${file}`, import.meta.url), 'utf8');
    expect(detectLanguage(text)).toBe(language);
  });

  test('knows short English notes with tables, lists, codes and dates in them', () => {
    const who = ['The gauge', 'A technician', 'Our committee', 'The office', 'Every record'];
    const does = ['measures', 'reviews', 'approves', 'explains', 'replaces'];
    const what = ['the water level', 'a new sensor', 'the annual plan', 'three invoices', 'the safety rules'];
    const when = ['every week', 'in the spring', 'before the meeting', 'after the flood'];
    const sentence = (seed: number): string =>
      [who, does, what, when]
        .map((words, place) => words[(seed * (place + 1) + place) % words.length])
        .join(' ');
    const frames = [
      (text: string) => text,
      (text: string) => `# Note EX-17\n\n${text}\n\n- A-1 | 42 | 17.3\n`,
      (text: string) => `Item | Amount | Code\nOffice | 12,000 | EG-05\nDesk | 7,500 | A3\n\n${text}`,
      (text: string) => `Date: 2024-05-12\n\n${text}\n\n| a | b |\n| 1 | 2 |\n* * *`,
    ];
    const notes = Array.from({ length: 50 }, (_, seed) => `${sentence(seed)}. ${sentence(seed * 3 + 7)}.`);
    const unknown = notes
      .flatMap((note) => frames.map((frame) => frame(note)))
      .filter((note) => detectLanguage(note) !== 'en');
    expect(unknown).toEqual([]);
  });

  test('a language whose script is not in the text is never the answer', () => {
    const bars = `${'| - '.repeat(40)}\nLe comité se réunira jeudi pour discuter du budget | 12 | 14 |`;
    expect(detectLanguage(bars)).toBe('fr');
  });

  const udhr = '../shared/data/udhr';
  const languages: Readonly<Record<string, string>> = {
    arb: 'ar',
    cmn_hans: 'zh',
    deu_1996: 'de',
    ell_monotonic: 'el',
    eng: 'en',
    fra: 'fr',
    heb: 'he',
    hin: 'hi',
    ita: 'it',
    jpn: 'ja',
    nld: 'nl',
    pol: 'pl',
    por_PT: 'pt',
    rus: 'ru',
    spa: 'es',
    tha: 'th',
    tur: 'tr',
    ukr: 'uk',
    vie: 'vi',
  };
  test.runIf(existsSync(udhr))(
    'knows the declaration of human rights in 19 languages by 400 characters',
    () => {
      for (const [file, language] of Object.entries(languages)) {
        const text = readFileSync(`${udhr}/${file}.html`, 'utf8')
          .replace(/<[^>]*>/g, ' ')
          .replace(/\s+/g, ' ');
        expect([file, detectLanguage(text.slice(600, 1_000))]).toEqual([file, language]);
      }
    },
  );
});
