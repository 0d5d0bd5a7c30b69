import fc from 'fast-check';
import iconv from 'iconv-lite';
import { describe, expect, test } from 'vitest';
import { decodeText } from './encoding.ts';

const FRENCH =
  'Le garçon a mangé des crêpes à la crème près de la forêt où il était né. Ça va très bien, merci. '.repeat(
    4,
  );
const RUSSIAN = 'Все люди рождаются свободными и равными в своём достоинстве и правах. '.repeat(4);
const JAPANESE =
  'すべての人間は、生まれながらにして自由であり、かつ、尊厳と権利とについて平等である。'.repeat(4);

describe('decodeText', () => {
  test.each([
    ['utf8 with a mark', Buffer.from('\ufeffhéllo'), '\ufeffhéllo'],
    [
      'utf-16le with a mark',
      Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('héllo', 'utf16le')]),
      'héllo',
    ],
    [
      'utf-16be with a mark',
      Buffer.concat([Buffer.from([0xfe, 0xff]), Buffer.from('héllo', 'utf16le').swap16()]),
      'héllo',
    ],
    [
      'utf-16le without one',
      Buffer.from('plain words in Latin letters', 'utf16le'),
      'plain words in Latin letters',
    ],
    ['windows-1252', Buffer.from('caf\xe9', 'latin1'), 'café'],
    ['curly quotes of windows-1252', Buffer.from([0x93, 0x61, 0x94]), '“a”'],
  ])('%s', (_, bytes, expected) => {
    expect(decodeText(bytes)?.replace('\ufeff', '')).toBe(expected.replace('\ufeff', ''));
  });

  test.each([
    ['windows-1252', FRENCH],
    ['windows-1251', RUSSIAN],
    ['koi8-r', RUSSIAN],
    ['shift_jis', JAPANESE],
    ['euc-jp', JAPANESE],
    [
      'gb18030',
      '人人生而自由,在尊严和权利上一律平等。他们赋有理性和良心,并应以兄弟关系的精神相对待。'.repeat(4),
    ],
  ])('guesses %s', (encoding, text) => {
    expect(decodeText(iconv.encode(text, encoding))).toBe(text);
  });

  test('trusts a declared encoding where the bytes are not UTF-8', () => {
    expect(decodeText(iconv.encode('Łódź', 'iso-8859-2'), { declared: 'iso-8859-2' })).toBe('Łódź');
    expect(decodeText(Buffer.from('Łódź'), { declared: 'iso-8859-2' })).toBe('Łódź');
    expect(decodeText(Buffer.from('caf\xe9', 'latin1'), { declared: 'no-such' })).toBe('café');
  });

  test('refuses what is no text', () => {
    expect(decodeText(Buffer.from('a\0b'))).toBeNull();
    expect(decodeText(Buffer.from(Array.from({ length: 512 }, (_, index) => (index * 89) % 256)))).toBeNull();
  });

  test('a beginning may cut the last character', () => {
    const bytes = Buffer.from('über');
    expect(decodeText(bytes.subarray(0, 1), { truncated: true })).toBe('');
    expect(decodeText(bytes, { truncated: true })).toBe('über');
  });

  test('any UTF-8 text without controls comes back as it was', () => {
    const text = fc.string({ unit: 'grapheme' }).filter((each) => !/\p{Cc}|\ufeff/u.test(each));
    fc.assert(
      fc.property(text, (each) => {
        expect(decodeText(Buffer.from(each))).toBe(each);
      }),
    );
  });
});
