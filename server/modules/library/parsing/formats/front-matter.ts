export interface FrontMatter {
  readonly title: string | null;
  readonly authors: readonly string[];
  readonly language: string | null;
  /** The text without the front matter. */
  readonly body: string;
}

const BLOCK = /^\uFEFF?---[^\S\n]*\n([\s\S]{0,20000}?)\n(?:---|\.\.\.)[^\S\n]*(?:\n|$)/;

function unquote(value: string): string {
  const trimmed = value.trim();
  const quoted = /^(["'])(.*)\1$/.exec(trimmed);
  return quoted?.[2] ?? trimmed;
}

/** The values of a key: a scalar, a flow list `[a, b]`, or a block list of `- a` lines (`- name: a` too). */
function values(block: string, key: RegExp): string[] {
  const lines = block.split('\n');
  const index = lines.findIndex((line) => key.test(line));
  const line = lines[index];
  if (line === undefined) return [];
  const inline = line.slice(line.indexOf(':') + 1).trim();
  if (inline.startsWith('['))
    return inline
      .replace(/^\[|\]$/g, '')
      .split(',')
      .map(unquote)
      .filter(Boolean);
  if (inline !== '') return [unquote(inline)];
  const items: string[] = [];
  for (const next of lines.slice(index + 1)) {
    const item = /^\s*-\s+(?:name:\s*)?(.+)$/.exec(next)?.[1];
    if (item === undefined) break;
    items.push(unquote(item));
  }
  return items;
}

/** Reads the three keys that we use of a YAML block at the head of a Markdown file; anything else in it is left alone. */
export function readFrontMatter(text: string): FrontMatter {
  const match = BLOCK.exec(text);
  const block = match?.[1];
  if (!match || block === undefined || !/^[\w-]+\s*:/m.test(block)) {
    return { title: null, authors: [], language: null, body: text };
  }
  return {
    title: values(block, /^title\s*:/i)[0] ?? null,
    authors: values(block, /^authors?\s*:/i),
    language: values(block, /^(?:lang|language)\s*:/i)[0] ?? null,
    body: text.slice(match[0].length),
  };
}
