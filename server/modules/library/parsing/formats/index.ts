import { unreachable } from '../../../../kernel/errors.ts';
import { err, ok, type Result } from '../../../../kernel/result.ts';
import { type FormatParser, finishDraft, newDraft, type ParseLimits } from '../draft.ts';
import { ParseError, parseFailure } from '../failures.ts';
import type { MediaType, ParsedDocument, ParseFailure } from '../port.ts';

/** Characters of a stack that are worth keeping. */
const MAX_CAUSE = 2_000;

/** Parsers load on first use: a worker that reads Markdown never pays for pdf.js. */
async function parserFor(mediaType: MediaType): Promise<FormatParser> {
  switch (mediaType) {
    case 'application/pdf':
      return (await import('./pdf/index.ts')).parsePdf;
    case 'application/vnd.openxmlformats-officedocument.wordprocessingml.document':
      return (await import('./docx/index.ts')).parseDocx;
    case 'application/epub+zip':
      return (await import('./epub/index.ts')).parseEpub;
    case 'text/html':
      return (await import('./html.ts')).parseHtml;
    case 'text/markdown':
      return (await import('./markdown.ts')).parseMarkdown;
    case 'text/plain':
      return (await import('./plain.ts')).parsePlainText;
    default:
      return unreachable(mediaType);
  }
}

/** A failure, with what is behind it where that is a fault of a parser; for the log, never for the person. */
export interface CausedFailure extends ParseFailure {
  readonly cause?: string;
}

function toFailure(error: unknown): CausedFailure {
  if (error instanceof ParseError) return error.failure;
  // V8 says so when a recursion in a library runs out of stack: the nesting is no person's work.
  if (error instanceof RangeError && /call stack/i.test(error.message)) {
    return parseFailure(
      'library.damaged_file',
      'The file is nested too deeply to be read. Simplify it and retry.',
    );
  }
  const cause = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { ...parseFailure('library.parser_crashed'), cause: cause.slice(0, MAX_CAUSE) };
}

/** Parses bytes in this process. Only the locked-down worker and tests may call it: the bytes are hostile. */
export async function parseBytes(
  bytes: Uint8Array,
  mediaType: MediaType,
  options: ParseLimits & { readonly language?: string | undefined },
): Promise<Result<ParsedDocument, CausedFailure>> {
  if (bytes.length === 0) return err(parseFailure('library.empty_file'));
  try {
    const draft = newDraft(options);
    const parse = await parserFor(mediaType);
    await parse(bytes, draft);
    return ok(finishDraft(draft, mediaType, options.language));
  } catch (error) {
    return err(toFailure(error));
  }
}
