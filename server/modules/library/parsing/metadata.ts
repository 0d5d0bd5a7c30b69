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

/** A person by initials and surname, `A. B. van One`: the only form in which a comma surely parts persons. */
const INITIALED = /^(?:\p{Lu}\.[- ]?){1,4}(?:\p{Ll}{1,4} ){0,3}\p{Lu}[\p{L}'’-]+$/u;

/**
 * The authors of one property. A semicolon parts them; a comma only where each part is a person by initials, as it also
 * stands inside a name (`One, Ada`). `and` and `&` part nothing: organizations bear them.
 */
export function saneAuthors(author: string | null | undefined): string[] {
  const names = (author ?? '').split(/[;；]/).flatMap((name) => {
    const parts = name.split(',').map((part) => part.trim());
    return parts.every((part) => INITIALED.test(part)) ? parts : [name.trim()];
  });
  return names.filter((name) => /\p{L}{2}/u.test(name) && !NO_AUTHOR.test(name));
}
