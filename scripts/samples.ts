// Makes the binary samples from their readable sources: `node scripts/samples.ts`. The same sources give the same bytes.
import { readFileSync, writeFileSync } from 'node:fs';
import { makeDocx } from './samples/docx.ts';
import { makeEpub } from './samples/epub.ts';
import { readSampleLibrary, type SampleDocument, samplesFolder } from './samples/manifest.ts';
import { makePdf } from './samples/pdf.ts';
import { parseSource } from './samples/source.ts';

/** The bytes of one binary sample. @throws Error where `document` has no source or its format has no writer. */
export async function makeSample(document: SampleDocument): Promise<Uint8Array> {
  if (document.source === undefined) throw new Error(`${document.file} is its own source.`);
  const source = parseSource(readFileSync(new URL(`source/${document.source}`, samplesFolder), 'utf8'));
  if (document.file.endsWith('.docx')) return makeDocx(document, source);
  if (document.file.endsWith('.pdf')) return makePdf(document, source);
  if (document.file.endsWith('.epub')) return makeEpub(document, source);
  throw new Error(`No writer makes ${document.file}.`);
}

async function main(): Promise<void> {
  for (const document of readSampleLibrary().documents) {
    if (document.source === undefined) continue;
    const bytes = await makeSample(document);
    writeFileSync(new URL(document.file, samplesFolder), bytes);
    console.log(`${document.file}: ${bytes.length} bytes`);
  }
}

if (import.meta.main) await main();
