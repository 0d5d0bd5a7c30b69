import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isAppError } from '../../kernel/errors.ts';
import { isStorableText, parseJson } from './json.ts';

const SUITE = fileURLToPath(new URL('../../../../shared/data/jsontestsuite/test_parsing', import.meta.url));

function codeOf(body: string | Buffer): string {
  try {
    parseJson(Buffer.from(body));
    return 'accepted';
  } catch (error) {
    return isAppError(error) ? error.code : `threw ${String(error)}`;
  }
}

describe('JSON bodies', () => {
  test('whatever JSON.stringify makes of storable text comes back', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 8 }), (value) => {
        const text = JSON.stringify(value);
        fc.pre(isStorableText(text) && !text.includes('\\u0000') && !text.includes('__proto__'));
        expect(JSON.stringify(parseJson(Buffer.from(text)))).toBe(text);
      }),
    );
  });

  test.each([
    ['nothing', '', 'request.empty_body'],
    ['half', '{"a":', 'request.malformed_json'],
    ['NUL', '{"a":"\\u0000"}', 'request.invalid_characters'],
    ['NUL in a key', '{"\\u0000":1}', 'request.invalid_characters'],
    ['a lone surrogate', '["\\ud800"]', 'request.invalid_characters'],
    ['a prototype', '{"__proto__":{"admin":true}}', 'request.invalid_characters'],
    ['65 levels', `${'['.repeat(65)}${']'.repeat(65)}`, 'request.json_too_deep'],
    ['200,000 levels', '['.repeat(200_000), 'request.json_too_deep'],
    ['brackets in a string', JSON.stringify('['.repeat(100)), 'accepted'],
    ['an escaped quote', '["\\"[[[["]', 'accepted'],
  ])('%s', (_name, body, code) => {
    expect(codeOf(body)).toBe(code);
  });

  test('bytes that are not UTF-8', () => {
    expect(codeOf(Buffer.from([0x22, 0xff, 0x22]))).toBe('request.malformed_json');
  });

  test.skipIf(!existsSync(SUITE))(
    'the public JSON parsing suite: y_ accepted, n_ refused, never anything else',
    () => {
      const refusedOnPurpose = new Set(['y_object_escaped_null_in_key.json', 'y_string_null_escape.json']);
      for (const file of readdirSync(SUITE)) {
        const code = codeOf(readFileSync(join(SUITE, file)));
        expect(code, file).toMatch(/^(accepted|request\.)/);
        if (file.startsWith('y_') && !refusedOnPurpose.has(file) && code !== 'request.invalid_characters')
          expect(code, file).toBe('accepted');
        if (file.startsWith('n_')) expect(code, file).not.toBe('accepted');
      }
    },
  );
});
