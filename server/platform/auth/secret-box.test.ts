import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSecretBox } from './secret-box.ts';

describe('a secret box', () => {
  const box = createSecretBox(randomBytes(32));

  it('gives back what was put in, and never the same sealed bytes twice', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 500 }), fc.string(), (plain, context) => {
        const sealed = box.seal(plain, context);
        expect(box.open(sealed, context)).toEqual(plain);
        expect(box.seal(plain, context)).not.toEqual(sealed);
      }),
    );
  });

  it('stays closed in another place, under another key, and after any change', () => {
    const sealed = box.seal(Buffer.from('a second factor'), 'users/1');
    expect(box.open(sealed, 'users/2')).toBeUndefined();
    expect(createSecretBox(randomBytes(32)).open(sealed, 'users/1')).toBeUndefined();
    for (let index = 0; index < sealed.length; index++) {
      const changed = Uint8Array.from(sealed, (byte, at) => (at === index ? byte ^ 1 : byte));
      expect(box.open(changed, 'users/1')).toBeUndefined();
      expect(box.open(sealed.subarray(0, index), 'users/1')).toBeUndefined();
    }
  });
});
