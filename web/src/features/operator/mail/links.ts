/** The addresses in the text of a message, each once, in their order. */
export function linksIn(text: string): readonly string[] {
  return [
    ...new Set([...text.matchAll(/https?:\/\/[^\s<>"]+/g)].map(([link]) => link.replace(/[.,;)]+$/, ''))),
  ];
}
