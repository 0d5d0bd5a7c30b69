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
 * A function that leaves no score, in place, to documents that are not accepted, to rows that lack a phrase's words, and
 * to documents with an excluded word.
 */
export function maskOf(
  index: OrganizationIndex,
  parsed: ParsedQuery,
  accepts: (document: IndexedDocument) => boolean,
): (scores: Float32Array) => Float32Array {
  const required = parsed.phrases.map((phrase) =>
    rowsWithAll(index, resolveWords(index, phrase, false).words),
  );
  const forbidden = parsed.excluded
    .filter((excluded) => !/\s/.test(excluded))
    .map((word) => rowsOfDocumentsWithAny(index, resolveWords(index, word, false).words));
  return (scores) => {
    let current: IndexedDocument | undefined;
    let accepted = false;
    for (let row = 0; row < scores.length; row++) {
      if (scores[row] === 0) continue;
      const document = index.documentOfRow(row);
      if (document !== current) {
        current = document;
        accepted = document !== undefined && accepts(document);
      }
      const kept =
        accepted && required.every((held) => held[row] === 1) && forbidden.every((held) => held[row] === 0);
      if (!kept) scores[row] = 0;
    }
    return scores;
  };
}
