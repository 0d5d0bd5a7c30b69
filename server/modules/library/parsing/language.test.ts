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
    ['x1', null],
    ['12345 67890 --- 4711', null],
    ['lorem', null],
  ])('%s → %s', (text, expected) => {
    expect(detectLanguage(text)).toBe(expected);
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
