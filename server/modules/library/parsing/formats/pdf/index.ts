import { getDocumentProxy } from 'unpdf';
import type { Draft } from '../../draft.ts';
import { ParseError } from '../../failures.ts';
import { saneAuthors, saneTitle } from '../../metadata.ts';
import { FontLegibility } from './fonts.ts';
import { dropFurniture, type PageLines } from './furniture.ts';
import { headingLevels, type OutlineEntry, titleByEye } from './headings.ts';
import { linesOfPage } from './lines.ts';
import { joinLines, layoutOf, type PdfParagraph, paragraphsOf, wordsOf } from './paragraphs.ts';
import { upright } from './rotation.ts';

type PdfDocument = Awaited<ReturnType<typeof getDocumentProxy>>;
type PdfPage = Awaited<ReturnType<PdfDocument['getPage']>>;

/** A damaged file may claim a billion pages; after this many in a row that do not open there are no more. */
const MAX_BROKEN_PAGES = 10;
const MAX_OUTLINE = 5_000;

/** No scripts, fonts, images, network or compilation: text only. */
const OPTIONS = {
  verbosity: 0,
  isEvalSupported: false,
  useSystemFonts: false,
  disableFontFace: true,
  enableXfa: false,
  useWorkerFetch: false,
  useWasm: false,
  isImageDecoderSupported: false,
  isOffscreenCanvasSupported: false,
  maxImageSize: 1,
} as const;

async function open(bytes: Uint8Array): Promise<PdfDocument> {
  try {
    // pdf.js takes the array over, so it must be one of its own and no Buffer.
    return await getDocumentProxy(new Uint8Array(bytes), OPTIONS);
  } catch (error) {
    const name = error instanceof Error ? error.name : '';
    throw new ParseError(name === 'PasswordException' ? 'library.encrypted_file' : 'library.damaged_file');
  }
}

async function readPage(page: PdfPage, number: number, fonts: FontLegibility): Promise<PageLines> {
  const { items } = await page.getTextContent();
  const runs = fonts.legible(items.flatMap((item) => ('str' in item ? [item] : [])));
  const { view } = page;
  page.cleanup();
  const turned = upright(runs, view);
  return { number, height: turned.height, lines: linesOfPage(turned.runs, number) };
}

async function readPages(pdf: PdfDocument, maxChars: number): Promise<PageLines[]> {
  const pages: PageLines[] = [];
  const fonts = new FontLegibility();
  let broken = 0;
  let chars = 0;
  for (let number = 1; number <= pdf.numPages && broken < MAX_BROKEN_PAGES; number += 1) {
    try {
      const page = await readPage(await pdf.getPage(number), number, fonts);
      chars += page.lines.reduce((sum, line) => sum + line.text.length, 0);
      pages.push(page);
      broken = 0;
    } catch {
      broken += 1; // the other pages may still be good
    }
    if (chars > maxChars) throw new ParseError('library.text_too_long');
  }
  if (fonts.mostlyIllegible) {
    throw new ParseError(
      'library.no_text',
      'The letters of this PDF cannot be told, as its fonts do not say which they are. Run text recognition (OCR) on it and upload the result.',
    );
  }
  if (pages.length === 0) throw new ParseError('library.damaged_file');
  return pages;
}

interface OutlineNode {
  readonly title: string;
  readonly items: readonly OutlineNode[];
}

async function readOutline(pdf: PdfDocument): Promise<OutlineEntry[]> {
  const entries: OutlineEntry[] = [];
  const walk = (nodes: readonly OutlineNode[], depth: number): void => {
    for (const node of nodes) {
      if (entries.length >= MAX_OUTLINE || depth > 20) return;
      entries.push({ title: node.title, depth });
      walk(node.items, depth + 1);
    }
  };
  try {
    walk((await pdf.getOutline()) ?? [], 1);
  } catch {
    return []; // a broken outline takes nothing from the text
  }
  return entries;
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

async function readProperties(
  pdf: PdfDocument,
): Promise<{ title: string | null; authors: string[]; language: string | null }> {
  try {
    const { info } = await pdf.getMetadata();
    const property = (name: string): string | null => text(Reflect.get(info, name));
    return {
      title: saneTitle(property('Title')),
      authors: saneAuthors(property('Author')),
      language: property('Language'),
    };
  } catch {
    return { title: null, authors: [], language: null };
  }
}

function write(
  draft: Draft,
  paragraphs: readonly PdfParagraph[],
  levels: ReadonlyMap<PdfParagraph, number>,
  pages: readonly PageLines[],
): void {
  const words = wordsOf(pages);
  let before: PdfParagraph | null = null;
  for (const paragraph of paragraphs) {
    const level = levels.get(paragraph);
    const tight = before?.kind === paragraph.kind;
    if (level !== undefined) {
      draft.text.add('heading', joinLines(paragraph.lines, words), { level });
    } else if (paragraph.kind === 'row') {
      const rows = paragraph.lines.map((line) => ({ text: line.cells.join(' | '), page: line.page }));
      draft.text.add('tableRow', rows, { tight });
    } else {
      const kind =
        paragraph.kind === 'item' ? 'listItem' : paragraph.kind === 'note' ? 'footnote' : 'paragraph';
      draft.text.add(kind, joinLines(paragraph.lines, words), { tight: tight && kind === 'listItem' });
    }
    before = level === undefined ? paragraph : null;
  }
}

/**
 * PDF (ISO 32000): lines in reading order, paragraphs and headings from geometry and outline, words cut at line ends
 * made whole, running headers and footers dropped, a `page` item for every page with text.
 */
export async function parsePdf(bytes: Uint8Array, draft: Draft): Promise<void> {
  const pdf = await open(bytes);
  try {
    const pages = dropFurniture(await readPages(pdf, draft.limits.maxTextChars));
    const layout = layoutOf(pages);
    const paragraphs = paragraphsOf(pages, layout);
    write(draft, paragraphs, headingLevels(paragraphs, await readOutline(pdf), layout), pages);
    const properties = await readProperties(pdf);
    draft.title = properties.title ?? titleByEye(paragraphs, layout);
    draft.authors = properties.authors;
    draft.language = properties.language;
  } finally {
    await pdf.loadingTask.destroy();
  }
}
