import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createParser, type Parser, type ParserOptions } from './index.ts';

let folder = '';
const parsers: Parser[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parser-'));
});
afterEach(() => Promise.all(parsers.splice(0).map((parser) => parser.close())));
afterAll(() => rm(folder, { recursive: true }));

const signal = new AbortController().signal;
const MARKDOWN = { mediaType: 'text/markdown' } as const;

function parserWith(options: ParserOptions = {}): { parser: Parser; pids: (number | undefined)[] } {
  const pids: (number | undefined)[] = [];
  const logger = { debug: (details: Readonly<Record<string, unknown>>) => pids.push(Number(details.pid)) };
  const parser = createParser({ workers: 1, logger, ...options });
  parsers.push(parser);
  return { parser, pids };
}

async function file(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

/** A PDF whose one page inflates to this many bytes. */
function bomb(bytes: number): Buffer {
  const stream = deflateSync(Buffer.alloc(bytes, '\n'), { level: 9 });
  const objects = [
    '<</Type/Catalog/Pages 2 0 R>>',
    '<</Type/Pages/Kids[3 0 R]/Count 1>>',
    '<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R>>',
  ];
  const head = objects.map((object, index) => `${index + 1} 0 obj\n${object}\nendobj\n`).join('');
  return Buffer.concat([
    Buffer.from(`%PDF-1.7\n${head}4 0 obj\n<</Length ${stream.length}/Filter/FlateDecode>>stream\n`),
    stream,
    Buffer.from('\nendstream\nendobj\ntrailer<</Size 5/Root 1 0 R>>\n%%EOF\n'),
  ]);
}

describe('a parser', () => {
  test('parses and segments in one process that it uses again', async () => {
    const { parser, pids } = parserWith();
    const path = await file('a.md', '# Title\n\nSome words.\n');
    const result = await parser.parse(path, { ...MARKDOWN, language: 'en-GB' }, signal);
    if (!result.ok) throw new Error(result.error.code);
    expect(result.value).toMatchObject({ title: 'Title', language: 'en-GB', text: 'Title\n\nSome words.' });
    const chunks = await parser.segment(result.value, signal);
    expect(chunks).toMatchObject({
      ok: true,
      value: [{ ordinal: 0, text: 'Title\n\nSome words.', headings: ['Title'], page: null }],
    });
    await parser.parse(path, MARKDOWN, signal);
    expect(new Set(pids).size).toBe(1);
  });

  test('gives the reason why a file cannot be read', async () => {
    const { parser } = parserWith({ maxTextChars: 20 });
    const code = async (name: string, content: string): Promise<string> => {
      const result = await parser.parse(await file(name, content), MARKDOWN, signal);
      return result.ok ? 'ok' : result.error.code;
    };
    expect(await code('empty.md', '')).toBe('library.empty_file');
    expect(await code('blank.md', '\n \n')).toBe('library.empty_file');
    expect(await code('binary.md', 'a\0b')).toBe('library.unsupported_format');
    expect(await code('long.md', 'word '.repeat(10))).toBe('library.text_too_long');
  });

  test('rejects for a file that is not there', async () => {
    await expect(parserWith().parser.parse(join(folder, 'none'), MARKDOWN, signal)).rejects.toThrow('ENOENT');
  });

  test('stops what takes too long, and goes on', async () => {
    const path = await file('a.md', 'words');
    const { parser } = parserWith({ timeoutMs: 1 });
    expect(await parser.parse(path, MARKDOWN, signal)).toMatchObject({
      ok: false,
      error: { code: 'library.parse_timeout' },
    });
    expect(await parser.parse(path, MARKDOWN, signal)).toMatchObject({
      ok: false,
      error: { code: 'library.parse_timeout' },
    });
  });

  test('stops what needs too much memory, and goes on', async () => {
    const { parser, pids } = parserWith({ maxMemoryMb: 220 });
    const path = await file('bomb.pdf', bomb(300 * 1024 * 1024));
    expect(await parser.parse(path, { mediaType: 'application/pdf' }, signal)).toMatchObject({
      ok: false,
      error: { code: 'library.parse_memory' },
    });
    expect(await parser.parse(await file('a.md', 'words'), MARKDOWN, signal)).toMatchObject({ ok: true });
    expect(new Set(pids).size).toBe(2);
  });

  test('survives a worker that is killed', async () => {
    const { parser, pids } = parserWith();
    const path = await file('a.md', 'words');
    await parser.parse(path, MARKDOWN, signal);
    process.kill(Number(pids[0]), 'SIGKILL');
    // Either the end was seen already or this parse meets it; the one after never does.
    await parser.parse(path, MARKDOWN, signal);
    expect(await parser.parse(path, MARKDOWN, signal)).toMatchObject({ ok: true });
  });

  test('can be aborted before, while waiting and while running', async () => {
    const { parser } = parserWith();
    const path = await file('a.md', 'words');
    await expect(parser.parse(path, MARKDOWN, AbortSignal.abort(new Error('before')))).rejects.toThrow(
      'before',
    );
    const [running, waiting] = [new AbortController(), new AbortController()];
    const first = parser.parse(path, MARKDOWN, running.signal);
    const second = parser.parse(path, MARKDOWN, waiting.signal);
    const third = parser.parse(path, MARKDOWN, signal);
    waiting.abort(new Error('waiting'));
    await expect(second).rejects.toThrow('waiting');
    running.abort(new Error('running'));
    await expect(first).rejects.toThrow('running');
    expect(await third).toMatchObject({ ok: true });
  });

  test('uses as many processes as allowed, and answers all', async () => {
    const { parser, pids } = parserWith({ workers: 2 });
    const paths = await Promise.all(
      Array.from({ length: 12 }, (_, index) => file(`${index}.md`, `# Number ${index}\n`)),
    );
    const results = await Promise.all(paths.map((path) => parser.parse(path, MARKDOWN, signal)));
    expect(results.map((result) => result.ok && result.value.title)).toEqual(
      paths.map((_, index) => `Number ${index}`),
    );
    expect(new Set(pids).size).toBe(2);
  });

  test('ends a process that has nothing to do', async () => {
    const { parser, pids } = parserWith({ idleMs: 1 });
    const path = await file('a.md', 'words');
    await parser.parse(path, MARKDOWN, signal);
    await expect.poll(() => isAlive(Number(pids[0]))).toBe(false);
    expect(await parser.parse(path, MARKDOWN, signal)).toMatchObject({ ok: true });
  });

  test.runIf(process.platform === 'linux')('has limits that hold without the parent', async () => {
    const { parser, pids } = parserWith({ timeoutMs: 25_000 });
    await parser.parse(await file('a.md', 'words'), MARKDOWN, signal);
    const limits = await readFile(`/proc/${pids[0]}/limits`, 'utf8');
    expect(limits).toMatch(/Max cpu time +580 /);
    expect(limits).toMatch(/Max core file size +0 /);
  });

  test('refuses work once closed', async () => {
    const { parser, pids } = parserWith();
    const path = await file('a.md', 'words');
    await parser.parse(path, MARKDOWN, signal);
    await parser.close();
    expect(isAlive(Number(pids[0]))).toBe(false);
    await expect(parser.parse(path, MARKDOWN, signal)).rejects.toThrow('closed');
  });
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
