import type { ParseFailure } from './port.ts';

export type ParseFailureCode = ParseFailure['code'];

const SENTENCES: Readonly<Record<ParseFailureCode, string>> = {
  'library.unsupported_format':
    'This kind of file cannot be read. Use PDF, DOCX, EPUB, HTML, Markdown or plain text.',
  'library.type_mismatch':
    'The content of the file is not what its name says. Give it the right extension, or save it again in that format.',
  'library.damaged_file': 'The file is damaged and cannot be opened. Save or export it again and retry.',
  'library.encrypted_file':
    'The file is protected by a password or by rights management. Remove the protection and retry.',
  'library.empty_file': 'The file is empty. Choose a file with content.',
  'library.no_text':
    'The file opens but holds no text; it may be a scan. Run text recognition (OCR) on it and upload the result.',
  'library.unsafe_archive':
    'The file is packed in a way that is not safe to open. Save it again with a usual program and retry.',
  'library.text_too_long': 'The text of the file is too long. Split it into several files.',
  'library.parse_timeout': 'Reading the file took too long and was stopped. Split or simplify it and retry.',
  'library.parse_memory':
    'Reading the file needed too much memory and was stopped. Split or simplify it and retry.',
  'library.parser_crashed':
    'The reader stopped unexpectedly on this file. Save or export it again and retry.',
};

/** `detail`, where given, replaces the general sentence and must be a sentence fit for the person who uploaded the file. */
export function parseFailure(code: ParseFailureCode, detail?: string): ParseFailure {
  return { code, message: detail ?? SENTENCES[code] };
}

/** Thrown inside a parser; the worker turns it into a `ParseFailure`. */
export class ParseError extends Error {
  readonly failure: ParseFailure;

  constructor(code: ParseFailureCode, detail?: string) {
    const failure = parseFailure(code, detail);
    super(`${failure.code}: ${failure.message}`);
    this.name = 'ParseError';
    this.failure = failure;
  }
}

export function isParseFailureCode(value: unknown): value is ParseFailureCode {
  return typeof value === 'string' && Object.hasOwn(SENTENCES, value);
}
