import type { Actor } from '../../kernel/actor.ts';
import { languageOf } from './analysis/languages.ts';
import { labelsOf } from './audience.ts';
import type { IndexedDocument, OrganizationIndex } from './memory/organization-index.ts';
import type { SearchRequest } from './port.ts';
import type { ParsedQuery } from './query/parse.ts';
import { resolveWords } from './query/words.ts';
import { rowsOfDocumentsWithAny, rowsWithAll } from './ranking/bm25.ts';
import type { VectorFilter } from './storage/vector.repository.ts';

/** Whether the caller may find a document and the request's filters let it through. */
export function acceptanceOf(actor: Actor, request: SearchRequest): (document: IndexedDocument) => boolean {
  const labels = labelsOf(actor);
  const types = request.types === undefined ? null : new Set(request.types);
  const language = request.language === undefined ? null : languageOf(request.language).code;
  return (document) =>
    document.audience.some((label) => labels.has(label)) &&
    (types === null || types.has(document.type)) &&
    (request.collectionId === undefined || document.collectionId === request.collectionId) &&
    (language === null || document.analysedAs === language);
}

/** The same for the database, which finds vectors only among these. */
export function vectorFilterOf(actor: Actor, request: SearchRequest): VectorFilter {
  return {
    labels: [...labelsOf(actor)],
    types: request.types === undefined ? null : [...request.types],
    collectionId: request.collectionId ?? null,
    analysedAs: request.language === undefined ? null : languageOf(request.language).code,
  };
}

/**
 * Whether a row may be found: its document is accepted, it holds every phrase's words, and its document no excluded word.
 * Quickest when asked in the order of rows.
 */
export function rowTest(
  index: OrganizationIndex,
  parsed: ParsedQuery,
  accepts: (document: IndexedDocument) => boolean,
): (row: number) => boolean {
  const required = parsed.phrases.map((phrase) =>
    rowsWithAll(index, resolveWords(index, phrase, false).words),
  );
  const forbidden = parsed.excluded
    .filter((excluded) => !/\s/.test(excluded))
    .map((word) => rowsOfDocumentsWithAny(index, resolveWords(index, word, false).words));
  let current: IndexedDocument | undefined;
  let accepted = false;
  return (row) => {
    const document = index.documentOfRow(row);
    if (document !== current) {
      current = document;
      accepted = document !== undefined && accepts(document);
    }
    return (
      accepted && required.every((held) => held[row] === 1) && forbidden.every((held) => held[row] === 0)
    );
  };
}
