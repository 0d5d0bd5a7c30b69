/** What HTML elements mean to a reader of text. */

export type Attributes = Readonly<Record<string, string>>;

/** Never text to read. */
export const SKIPPED = new Set(
  [
    'script style noscript template iframe object embed svg canvas audio video select button textarea input rt rp datalist map head title',
  ].flatMap((names) => names.split(' ')),
);
/** `header` is not among them: outside `main` it is as often the head of a text as that of a site. */
export const FURNITURE = new Set(['nav', 'footer', 'aside', 'form']);
export const FURNITURE_ROLES = new Set(['navigation', 'banner', 'contentinfo', 'search', 'complementary']);
export const BLOCKS = new Set(
  'address article aside body blockquote caption center dd details dialog div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr html li main menu nav ol p pre section summary table tbody td tfoot th thead tr ul'.split(
    ' ',
  ),
);
export const NOTE = /(?:^|\s)(?:doc-)?(?:footnote|endnote|rearnote|note)(?:\s|$)/;
export const NOTE_REFERENCE = /(?:^|\s)(?:doc-)?noteref(?:\s|$)/;

export function isHidden(attributes: Attributes): boolean {
  return (
    'hidden' in attributes ||
    attributes['aria-hidden'] === 'true' ||
    /(?:^|[;\s])display\s*:\s*none/i.test(attributes.style ?? '')
  );
}

export function integer(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,6}$/.test(text.trim()) ? Number(text) : null;
}

/** Where reading takes place: everything, or only inside elements of this name. */
export type Scope = 'all' | 'main' | 'article';

export function isScope(name: string, attributes: Attributes, scope: Scope): boolean {
  return scope !== 'all' && (name === scope || (scope === 'main' && attributes.role === 'main'));
}
