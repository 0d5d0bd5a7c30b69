import { describe, expect, test } from 'vitest';
import { Archive, MAX_ENTRIES } from './archive.ts';
import { ParseError } from './failures.ts';
import { zipOf } from './testing/files.ts';

async function codeOf(action: () => Promise<unknown>): Promise<string | null> {
  try {
    await action();
    return null;
  } catch (error) {
    if (error instanceof ParseError) return error.failure.code;
    throw error;
  }
}

function open(bytes: Uint8Array): Promise<string | null> {
  return codeOf(() => Archive.fromBytes(bytes));
}

/** Bytes of an archive with `find` replaced by `put` of the same length wherever it stands, names and headers included. */
function patched(bytes: Buffer, find: string, put: string): Buffer {
  return Buffer.from(bytes.toString('latin1').replaceAll(find, put), 'latin1');
}

/** Sets a field of every central directory header (APPNOTE 4.3.12), `offset` bytes in. */
function withCentralField(bytes: Buffer, offset: number, write: (at: number, copy: Buffer) => void): Buffer {
  const copy = Buffer.from(bytes);
  for (
    let at = copy.indexOf('PK\x01\x02', 0, 'latin1');
    at !== -1;
    at = copy.indexOf('PK\x01\x02', at + 1, 'latin1')
  )
    write(at + offset, copy);
  return copy;
}

describe('Archive', () => {
  test('gives the parts by their exact names', async () => {
    const archive = await Archive.fromBytes(await zipOf({ 'a/b.txt': 'text', c: '' }));
    expect(archive.names.sort()).toEqual(['a/b.txt', 'c']);
    expect((await archive.read('a/b.txt'))?.toString()).toBe('text');
    expect((await archive.read('c'))?.length).toBe(0);
    expect(await archive.read('A/B.txt')).toBeNull();
  });

  test.each([
    ['a name that leads upwards', 'ab/cd/evil', '../../evil'],
    ['an absolute name', 'abcd', '/etc'],
    ['a drive', 'abcd', 'C:/x'],
    ['a backslash', 'a/bc', 'a\\bc'],
  ])('%s is refused', async (_, find, put) => {
    expect(await open(patched(await zipOf({ [find]: 'x' }), find, put))).toBe('library.unsafe_archive');
  });

  test('two parts of one name are refused, also where only the case differs', async () => {
    expect(await open(await zipOf({ 'a.xml': '1', 'A.xml': '2' }))).toBe('library.unsafe_archive');
    expect(await open(patched(await zipOf({ 'a.xml': '1', 'b.xml': '2' }), 'b.xml', 'a.xml'))).toBe(
      'library.unsafe_archive',
    );
  });

  test('too many parts are refused, as many as allowed are not', async () => {
    const many = (count: number): Record<string, string> =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`e${index}`, '']));
    expect(await open(await zipOf(many(MAX_ENTRIES)))).toBeNull();
    expect(await open(await zipOf(many(MAX_ENTRIES + 1)))).toBe('library.unsafe_archive');
  });

  test('expansion is refused by the directory, before a byte is inflated', async () => {
    expect(await open(await zipOf({ zeros: Buffer.alloc(20 * 1024 * 1024) }))).toBe('library.unsafe_archive');
    const claimed = withCentralField(await zipOf({ a: 'x'.repeat(100) }), 24, (at, copy) =>
      copy.writeUInt32LE(0x7fffffff, at),
    );
    expect(await open(claimed)).toBe('library.unsafe_archive');
  });

  test('a part that holds more than it declares is refused', async () => {
    const lying = withCentralField(await zipOf({ a: 'x'.repeat(10_000) }), 24, (at, copy) =>
      copy.writeUInt32LE(10, at),
    );
    const archive = await Archive.fromBytes(lying);
    expect(await codeOf(() => archive.read('a'))).toBe('library.unsafe_archive');
  });

  test('encrypted parts are told, other methods and broken archives refused', async () => {
    const bytes = await zipOf({ a: 'x'.repeat(100) });
    expect(
      await open(withCentralField(bytes, 8, (at, copy) => copy.writeUInt16LE(copy.readUInt16LE(at) | 1, at))),
    ).toBe('library.encrypted_file');
    expect(await open(withCentralField(bytes, 10, (at, copy) => copy.writeUInt16LE(99, at)))).toBe(
      'library.unsafe_archive',
    );
    expect(await open(bytes.subarray(0, bytes.length - 30))).toBe('library.damaged_file');
    expect(await open(Buffer.from('PK\x03\x04'))).toBe('library.damaged_file');
  });
});
