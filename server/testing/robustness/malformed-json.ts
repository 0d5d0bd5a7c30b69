/** Bodies that are no JSON (RFC 8259), or no JSON that a server should accept. Each must be refused by every route. */
export const malformedJson: readonly (readonly [name: string, body: string | Uint8Array])[] = [
  ['nothing', ''],
  ['white space', '   '],
  ['an open object', '{'],
  ['an open string', '{"title":"'],
  ['a trailing comma', '{"title":"x",}'],
  ['a comment', '{/* */}'],
  ['single quotes', "{'title':'x'}"],
  ['NaN', '{"title":NaN}'],
  ['a leading zero', '[01]'],
  ['two values', '{}{}'],
  ['a raw line break in a string', '{"title":"a\nb"}'],
  ['a bad escape', '{"title":"\\x"}'],
  ['a NUL', '\0'],
  ['a byte order mark', '\ufeff{}'],
  ['bytes that are not UTF-8', Uint8Array.of(0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d)],
  ['an overlong UTF-8 form', Uint8Array.of(0x22, 0xc0, 0xaf, 0x22)],
  ['UTF-16', Uint8Array.from(Buffer.from('{"title":"x"}', 'utf16le'))],
  ['200,000 arrays', '['.repeat(200_000)],
  ['200,000 closed arrays', '['.repeat(200_000) + ']'.repeat(200_000)],
  ['200,000 objects', '{"a":'.repeat(200_000)],
  ['200,000 levels in a field', `{"title":${'['.repeat(200_000)}${']'.repeat(200_000)}}`],
  ['a string', '"x"'],
  ['a number', '1e400'],
  ['null', 'null'],
  ['an array', '[]'],
  ['a prototype', '{"__proto__":{"admin":true}}'],
  ['a constructor', '{"constructor":{"prototype":{"admin":true}}}'],
];

/** Text that JSON can write but no store can keep: must be refused wherever a string is taken. */
export const unstorableText: readonly (readonly [name: string, json: string])[] = [
  ['NUL', '"a\\u0000b"'],
  ['a lone high surrogate', '"a\\ud800b"'],
  ['a lone low surrogate', '"a\\udc00b"'],
  ['swapped surrogates', '"\\udc00\\ud800"'],
];

/** Values of every type that is not the one wanted. */
export const valuesOfOtherTypes: Readonly<Record<string, readonly unknown[]>> = {
  string: [5, true, null, [], {}, ['x']],
  integer: ['5', 1.5, true, null, [], {}, 1e300],
  number: ['5', true, null, [], {}],
  boolean: ['true', 1, 0, null, [], {}],
  array: ['x', 5, true, null, {}],
  object: ['x', 5, true, null, []],
};

/** Strings from the same family as the Big List of Naughty Strings, so that the suite stands without it. */
export const naughtyStrings: readonly string[] = [
  "' or 1=1 --",
  '"; drop table library_sources; --',
  '%s%s%n',
  '{{7*7}}<%= 7*7 %>',
  '<script>alert(1)</script>',
  '../../../../etc/passwd',
  'ﷺ'.repeat(50),
  'Z̮̞̠͙͔ͅḀ̗̞͈̻̗Ḷ͙͎̯̹̞͓G̻O̭̗̮',
  '\u202e\u2066\ufeff\u200b',
  '👩‍👩‍👧‍👦🏳️‍🌈',
  '\\',
  '\\u0000',
  '-"quoted',
  '"',
  '( OR ) AND NOT',
  '* : & | ! <->',
  '1e309',
  'NaN',
  'null',
  '__proto__',
  'İıſK',
  '\u0001\u001f\u007f\u0085',
  'e\u0301'.repeat(100),
];
