import { readdirSync, readFileSync, statSync } from 'node:fs';
import { extractText, getDocumentProxy } from 'unpdf';
import { describe, expect, it } from 'vitest';
import { readSampleLibrary, samplesFolder } from '../scripts/samples/manifest.ts';
import { readZip } from '../scripts/samples/zip.ts';
import { makeSample } from '../scripts/samples.ts';

interface Passage {
  readonly file: string;
  readonly quote: string;
}
interface Judgements {
  readonly queries: readonly {
    readonly id: string;
    readonly language: string;
    readonly query: string;
    readonly relevant: Readonly<Record<string, number>>;
    readonly passage?: Passage;
  }[];
}
interface Questions {
  readonly questions: readonly {
    readonly id: string;
    readonly question: string;
    readonly quotes: readonly Passage[];
  }[];
}

const library = readSampleLibrary();
const read = (file: string): Buffer => readFileSync(new URL(file, samplesFolder));
const json = <T>(file: string): T => JSON.parse(read(file).toString('utf8')) as T;

describe('the manifest', () => {
  it('names every sample in the folder and nothing else', () => {
    const present = readdirSync(samplesFolder).filter(
      (name) => !/^(source|README\.md)$|\.json$|\.ts$/.test(name),
    );
    expect(library.documents.map(({ file }) => file).toSorted()).toEqual(present.toSorted());
    const sources = library.documents.flatMap(({ source }) => source ?? []);
    expect(sources.toSorted()).toEqual(readdirSync(new URL('source/', samplesFolder)).toSorted());
  });

  it('puts every document into a collection that it describes, with all formats and languages present', () => {
    const collections = new Set(library.collections.map(({ name }) => name));
    expect(new Set(library.documents.map(({ collection }) => collection))).toEqual(collections);
    const formats = new Set(library.documents.map(({ file }) => file.split('.').at(-1)));
    expect(formats).toEqual(new Set(['docx', 'pdf', 'md', 'epub', 'html', 'txt']));
    expect(new Set(library.documents.map(({ language }) => language))).toEqual(
      new Set(['en', 'fr', 'de', 'ja']),
    );
  });

  it('holds three job descriptions in English and French with the same structure', async () => {
    const pairs = Map.groupBy(
      library.documents.filter(({ pair }) => pair !== undefined),
      ({ pair }) => pair,
    );
    expect(pairs.size).toBe(3);
    for (const pair of pairs.values()) {
      expect(pair.map(({ language }) => language)).toEqual(['en', 'fr']);
      const shapes = pair.map(({ file, source }) =>
        shape(read(source === undefined ? file : `source/${source}`).toString()),
      );
      expect(shapes[0]).toEqual(shapes[1]);
    }
  });

  it('keeps each file small enough to live in the repository', () => {
    for (const { file } of library.documents)
      expect(statSync(new URL(file, samplesFolder)).size).toBeLessThan(200_000);
  });
});

describe('the generator', () => {
  it.each(library.documents.filter(({ source }) => source !== undefined))(
    'makes $file again, byte for byte',
    async (document) => {
      expect(Buffer.from(await makeSample(document)).equals(read(document.file))).toBe(true);
    },
  );

  it('refuses a document that is its own source', async () => {
    const plainFile = library.documents.find(({ source }) => source === undefined);
    if (plainFile === undefined) throw new Error('There is no plain sample.');
    await expect(makeSample(plainFile)).rejects.toThrow('is its own source');
  });

  it('begins an EPUB with its stored media type', () => {
    const epub = read('the-ferry-at-orsey.epub');
    expect(epub.subarray(30, 58).toString('latin1')).toBe('mimetypeapplication/epub+zip');
  });

  it('gives a PDF at least four pages, an outline, a title and a language', async () => {
    const pdf = await getDocumentProxy(new Uint8Array(read('employee-handbook.pdf')));
    expect(pdf.numPages).toBeGreaterThanOrEqual(4);
    const [root] = await pdf.getOutline();
    expect(root?.items).toHaveLength(8);
    const { info } = await pdf.getMetadata();
    expect(info).toMatchObject({
      Title: 'Working at the Commission: A Handbook for Employees',
      Language: 'en',
    });
  });
});

describe('the judged set', () => {
  const { queries } = json<Judgements>('judgements.json');
  const files = new Set(library.documents.map(({ file }) => file));

  it('has at least sixty different queries, in every language, each with a relevant document', () => {
    expect(queries.length).toBeGreaterThanOrEqual(60);
    expect(new Set(queries.map(({ query }) => query)).size).toBe(queries.length);
    expect(new Set(queries.map(({ language }) => language))).toEqual(new Set(['en', 'fr', 'de', 'ja']));
    for (const { relevant } of queries) {
      expect(Object.keys(relevant).length).toBeGreaterThan(0);
      for (const [file, grade] of Object.entries(relevant)) {
        expect(files).toContain(file);
        expect([1, 2, 3]).toContain(grade);
      }
    }
  });

  it('judges both halves of a translated pair, or neither', () => {
    for (const { id, relevant } of queries) {
      for (const { file, pair } of library.documents.filter((document) => document.pair !== undefined)) {
        const other = library.documents.find((document) => document.pair === pair && document.file !== file);
        expect([id, file, file in relevant]).toEqual([id, file, (other?.file ?? '') in relevant]);
      }
    }
  });

  it.each(queries.filter(({ passage }) => passage !== undefined))(
    '$id quotes a place that exists in a relevant document',
    async ({ passage, relevant }) => {
      if (passage === undefined) throw new Error('unreachable');
      expect(relevant).toHaveProperty([passage.file]);
      expect(await textOf(passage.file)).toContain(squeeze(passage.quote));
    },
  );
});

describe('the questions', () => {
  const { questions } = json<Questions>('questions.json');

  it('are at least thirty, a few of them without an answer in the library', () => {
    expect(questions.length).toBeGreaterThanOrEqual(30);
    expect(questions.filter(({ quotes }) => quotes.length === 0).length).toBeGreaterThanOrEqual(3);
  });

  it.each(questions)('$id has its quotes in the library: $question', async ({ quotes }) => {
    for (const { file, quote } of quotes) expect(await textOf(file)).toContain(squeeze(quote));
  });
});

/** Headings, list items and table rows in order: what a faithful translation keeps. */
function shape(markdown: string): string[] {
  return markdown.split('\n').flatMap((line) => /^(#+|\d+\.|-|\|)(?= )/.exec(line)?.[1] ?? []);
}

const squeeze = (text: string): string => text.replaceAll(/\s+/g, ' ');

const texts = new Map<string, Promise<string>>();

/** The words of a sample by the simplest possible reading, independent of the product's parsers. */
function textOf(file: string): Promise<string> {
  const known = texts.get(file) ?? extract(file).then(squeeze);
  texts.set(file, known);
  return known;
}

async function extract(file: string): Promise<string> {
  const bytes = read(file);
  if (file.endsWith('.pdf')) {
    const { text } = await extractText(await getDocumentProxy(new Uint8Array(bytes)), { mergePages: true });
    return text;
  }
  if (file.endsWith('.docx') || file.endsWith('.epub')) {
    const parts = (await readZip(bytes)).filter(({ path }) =>
      /(document|footnotes)\.xml$|\.xhtml$/.test(path),
    );
    return parts.map(({ content }) => stripTags(new TextDecoder().decode(content))).join('\n');
  }
  const text = bytes.toString('utf8');
  return file.endsWith('.html') ? stripTags(text) : text;
}

function stripTags(markup: string): string {
  return markup
    .replaceAll(/<\/(w:p|p|h1)>/g, '\n')
    .replaceAll(/<[^>]+>/g, '')
    .replaceAll('&quot;', '"')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}
