import { AppError } from '../../kernel/errors.ts';

/** Deeper nesting than any of our shapes needs; a parser's stack is no limit (200,000 levels were accepted once). */
const MAX_DEPTH = 64;

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Reads a JSON body as RFC 8259 has it: UTF-8, bounded depth, no duplicate meaning through `__proto__`, and no text that
 * PostgreSQL or UTF-8 cannot hold (NUL, lone surrogates). Throws `malformed` with a sentence.
 */
export function parseJson(body: Buffer): unknown {
  if (body.length === 0) throw malformed('request.empty_body', 'The body is empty; send a JSON value.');
  let text: string;
  try {
    text = decoder.decode(body);
  } catch (cause) {
    throw malformed('request.malformed_json', 'The body is not UTF-8.', cause);
  }
  checkDepth(text);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw malformed('request.malformed_json', 'The body is not JSON.', cause);
  }
  checkText(value);
  return value;
}

function checkDepth(text: string): void {
  let depth = 0;
  let inString = false;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (inString) {
      if (code === 0x5c) index++;
      else if (code === 0x22) inString = false;
    } else if (code === 0x22) inString = true;
    else if (code === 0x5b || code === 0x7b) {
      if (++depth > MAX_DEPTH)
        throw malformed('request.json_too_deep', `The body is nested deeper than ${MAX_DEPTH} levels.`);
    } else if (code === 0x5d || code === 0x7d) depth--;
  }
}

/** Refuses what cannot be stored as it was sent, in keys and values alike. */
function checkText(value: unknown): void {
  if (typeof value === 'string') {
    if (!isStorableText(value)) throw unstorable();
  } else if (Array.isArray(value)) {
    for (const item of value) checkText(item);
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) {
      if (key === '__proto__' || !isStorableText(key)) throw unstorable();
      checkText(item);
    }
  }
}

/** Whether PostgreSQL can hold the text and UTF-8 can write it. */
export function isStorableText(value: string): boolean {
  return !value.includes('\0') && value.isWellFormed();
}

export function unstorable(): AppError {
  return malformed(
    'request.invalid_characters',
    'Text must not contain NUL characters or unpaired surrogates.',
  );
}

function malformed(code: string, safeMessage: string, cause?: unknown): AppError {
  return new AppError({ kind: 'malformed', code, safeMessage, cause });
}
