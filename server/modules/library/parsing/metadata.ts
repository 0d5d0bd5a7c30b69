/** What programs write where nobody gave a title. */
const NO_TITLE =
  /^(?:untitled|document\d*|(?:microsoft )?word document|title|no title|unknown|(?:microsoft \w+ - )?.*\.(?:docx?|pdf|tex|dvi|indd|rtf|odt|qxd|pptx?|xlsx?|html?|txt))$/i;
const NO_AUTHOR =
  /^(?:unknown|array\(.*|user|admin(?:istrator)?|owner|author|anonymous|microsoft(?: office user)?|[\w.-]+@[\w.-]+|-+|\(?none\)?)$/i;

/** A title from a file's properties, or null where it is none that a person gave. */
export function saneTitle(title: string | null | undefined): string | null {
  const trimmed = title?.replace(/\s+/g, ' ').trim();
  if (!trimmed || trimmed.length < 2 || NO_TITLE.test(trimmed) || !/\p{L}/u.test(trimmed)) return null;
  return trimmed;
}

/** The authors of one property: `a; b` or `a and b`. A comma may be part of a name and parts nothing. */
export function saneAuthors(author: string | null | undefined): string[] {
  return (author ?? '')
    .split(/\s*(?:;|&|\band\b|\bund\b|\bet\b)\s*/)
    .map((name) => name.trim())
    .filter((name) => /\p{L}{2}/u.test(name) && !NO_AUTHOR.test(name));
}
