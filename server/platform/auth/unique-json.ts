const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
/** A string of a JSON text, and the colon that makes it the name of a member. */
const STRING = /"(?:[^"\\]|\\.)*"([ \t\r\n]*:)?/g;

/**
 * Reads a part of a JWS (canonical base64url) as a JSON object whose members are unique, as RFC 7515, 4 and RFC 7519, 4
 * want them: of two with one name, two readers may each see another. Undefined where it is none.
 */
export function uniqueJsonObject(part: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const text = decoder.decode(Buffer.from(part, 'base64url'));
    const value: unknown = JSON.parse(text);
    if (!isObject(value)) return undefined;
    const names = [...text.matchAll(STRING)].filter(([, colon]) => colon !== undefined);
    return countMembers(value) === names.length ? value : undefined;
  } catch (error) {
    // What is no UTF-8, no JSON, or nested deeper than the stack.
    if (error instanceof TypeError || error instanceof SyntaxError || error instanceof RangeError)
      return undefined;
    throw error;
  }
}

function countMembers(value: unknown): number {
  if (Array.isArray(value)) return value.reduce((count: number, item) => count + countMembers(item), 0);
  if (!isObject(value)) return 0;
  return Object.values(value).reduce<number>((count, item) => count + 1 + countMembers(item), 0);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
