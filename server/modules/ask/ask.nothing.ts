/** Said where the library holds no answer, by language of the question. */
const SENTENCES: Readonly<Record<string, string>> = {
  en: 'Nothing in the library answers this question.',
  fr: 'Rien dans la bibliothèque ne répond à cette question.',
  de: 'Nichts in der Bibliothek beantwortet diese Frage.',
  es: 'Nada en la biblioteca responde a esta pregunta.',
};

export function nothingFoundSentence(language: string | null): string {
  const english = 'Nothing in the library answers this question.';
  return SENTENCES[language?.split('-')[0] ?? 'en'] ?? english;
}

/** Said where a model declined without giving a word. */
export const REFUSED_SENTENCE = 'The model declined to answer this question.';
