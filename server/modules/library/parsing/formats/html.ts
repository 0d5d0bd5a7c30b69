import { CanonicalTextBuilder } from '../canonical.ts';
import type { Draft } from '../draft.ts';
import { decodeText } from '../encoding.ts';
import { ParseError } from '../failures.ts';
import { saneAuthors } from '../metadata.ts';
import { addHtmlBlocks } from './html-blocks.ts';
import type { Scope } from './html-elements.ts';

/** Share of the page's text that the marked main part must hold to be taken for all of it. */
const MAIN_SHARE = 0.3;
const ARTICLE_SHARE = 0.6;

/** The encoding that an HTML file names in its first kilobyte (`<meta charset>`, `http-equiv`, XML declaration). */
export function declaredCharset(bytes: Uint8Array): string | null {
  const head = Buffer.from(bytes.subarray(0, 1_024)).toString('latin1');
  return /(?:charset|encoding)\s*=\s*["']?\s*([\w.:-]{2,40})/i.exec(head)?.[1] ?? null;
}

function readMeta(attributes: Readonly<Record<string, string>>, found: Map<string, string[]>): void {
  const name = (attributes.name ?? attributes.property ?? attributes['http-equiv'] ?? '').toLowerCase();
  const content = attributes.content?.trim();
  if (name && content) found.set(name, [...(found.get(name) ?? []), content]);
}

function textLength(html: string, draft: Draft, scope: Scope): number {
  const probe = new CanonicalTextBuilder(draft.limits.maxTextChars);
  addHtmlBlocks(html, probe, { scope, dropBoilerplate: true });
  return probe.length;
}

/** The marked main part where it holds a good part of the text, or a single article that is nearly all; else the page. */
function chooseScope(html: string, draft: Draft): Scope {
  const hasMain = /<main[\s>]|role\s*=\s*["']?main/i.test(html);
  const articles = html.match(/<article[\s>]/gi)?.length ?? 0;
  if (!hasMain && articles !== 1) return 'all';
  const whole = textLength(html, draft, 'all');
  if (hasMain && textLength(html, draft, 'main') >= whole * MAIN_SHARE) return 'main';
  return articles === 1 && textLength(html, draft, 'article') >= whole * ARTICLE_SHARE ? 'article' : 'all';
}

/** HTML of any encoding. Scripts, styles, hidden parts and page furniture are left out; nothing is fetched. */
export function parseHtml(bytes: Uint8Array, draft: Draft): void {
  const html = decodeText(bytes, { declared: declaredCharset(bytes) });
  if (html === null) throw new ParseError('library.unsupported_format', 'The file is not readable as text.');
  const meta = new Map<string, string[]>();
  const titles: string[] = [];
  let language: string | null = null;
  addHtmlBlocks(html, draft.text, {
    scope: chooseScope(html, draft),
    dropBoilerplate: true,
    onTitle: (title) => titles.push(title.trim()),
    onElement: (name, attributes) => {
      if (name === 'html') language ??= attributes.lang ?? attributes['xml:lang'] ?? null;
      if (name === 'meta') readMeta(attributes, meta);
    },
  });
  draft.title = titles.find(Boolean) ?? meta.get('og:title')?.[0] ?? meta.get('dc.title')?.[0] ?? null;
  draft.authors = (meta.get('author') ?? meta.get('dc.creator') ?? []).flatMap(saneAuthors);
  draft.language = language ?? meta.get('content-language')?.[0] ?? meta.get('dc.language')?.[0] ?? null;
}
