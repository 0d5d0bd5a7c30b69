import { Bm25Space } from '../memory/bm25-space.ts';
import type { QueryWord } from '../query/words.ts';
import { bm25 } from '../ranking/bm25.ts';
import { largestRows } from '../ranking/fusion.ts';
import type { CountedTerm, LatentModel } from './latent-model.ts';
import type { Passages } from './train.ts';

/**
 * What the cosine may count beside BM25, and how the weight rises with the square of the agreement. Measured: from 10 to 15
 * and from 3 to 4 all do alike.
 */
const MOST = 3;
const SLOPE = 12;
/** As many passages are needed for half the weight: what few passages teach is doubtful. */
const DOUBT = 100;
const MOST_ASKED = 200;
/** Words of a made-up query. */
const QUERY_WORDS = 8;
/** Results that are compared: these, or a tenth of a smaller library, where more would agree by chance. */
const DEPTH = 10;
/** A library of fewer is compared passage by passage. */
const FEWEST_DOCUMENTS = 20;

/**
 * How much the latent cosine should count in hybrid search, between 0 and 3, learned without judgements: passages ask with
 * their most telling words, and what words and vectors find apart from the passage's own document is compared. Where the
 * two rankings largely agree, the model has understood the library, and what it finds beyond the words is worth having;
 * on texts as short as telegrams, or of a vocabulary too wide for the model, they part, and it counts little.
 */
export function learnWeight(passages: Passages, model: LatentModel): number {
  const count = passages.starts.length - 1;
  const bodies = Array.from({ length: count }, (_, passage) => termsOf(passages, passage));
  const space = spaceOf(bodies);
  const vectors = bodies.map((body) => model.embed(body, model.dimensions));
  const units = unitsOf(passages);
  const depth = Math.max(1, Math.min(DEPTH, Math.floor(units.count / 10)));
  const telling = tellingTerms(passages);
  let agreement = 0;
  let asked = 0;
  for (let passage = 0; passage < count; passage += Math.ceil(count / MOST_ASKED)) {
    const terms = telling(bodies[passage] ?? []);
    const query = model.embed(
      terms.map((term) => ({ term, count: 1 })),
      model.dimensions,
    );
    if (query === null) continue;
    const words = terms.map((term): QueryWord => ({ weight: 1, forms: [{ term, languages: null }] }));
    const cosines = Float32Array.from(vectors, (vector) => (vector === null ? 0 : dot(query, vector)));
    const byWords = leaders(bm25(space, words), units, passage, depth);
    const byVectors = new Set(leaders(cosines, units, passage, depth));
    agreement += byWords.filter((unit) => byVectors.has(unit)).length / depth;
    asked++;
  }
  if (asked === 0) return 0;
  return (Math.min(MOST, SLOPE * (agreement / asked) ** 2) * count) / (count + DOUBT);
}

/** What results consist of: the number of each passage's document, or of the passage itself. */
interface Units {
  readonly count: number;
  readonly ofPassage: Uint32Array;
}

function unitsOf({ documents }: Passages): Units {
  const count = (documents.at(-1) ?? -1) + 1;
  return count < FEWEST_DOCUMENTS
    ? { count: documents.length, ofPassage: documents.map((_, passage) => passage) }
    : { count, ofPassage: documents };
}

/** The best units by their best passage, without the asking passage's own. */
function leaders(scores: Float32Array, { count, ofPassage }: Units, asking: number, depth: number): number[] {
  const best = new Float32Array(count);
  scores.forEach((score, passage) => {
    const unit = ofPassage[passage] as number;
    best[unit] = Math.max(best[unit] as number, score);
  });
  best[ofPassage[asking] as number] = 0;
  return largestRows(best, depth);
}

function termsOf(passages: Passages, passage: number): CountedTerm[] {
  const terms: CountedTerm[] = [];
  for (let i = passages.starts[passage] as number; i < (passages.starts[passage + 1] as number); i++) {
    terms.push({ term: passages.terms[i] as number, count: passages.counts[i] as number });
  }
  return terms;
}

function spaceOf(bodies: readonly (readonly CountedTerm[])[]): Bm25Space {
  const space = new Bm25Space();
  for (const body of bodies)
    space.add(
      0,
      body.map(({ term, count }) => [term, count] as const),
    );
  return space;
}

/** Gives a text's terms of the highest log-tf × idf; words that stand in one passage only can find no other. */
function tellingTerms(passages: Passages): (text: readonly CountedTerm[]) => number[] {
  const count = passages.starts.length - 1;
  const frequency = new Map<number, number>();
  for (const term of passages.terms) frequency.set(term, (frequency.get(term) ?? 0) + 1);
  return (text) =>
    text
      .map((counted) => ({ ...counted, found: frequency.get(counted.term) ?? 0 }))
      .filter(({ found }) => found > 1)
      .map(({ term, count: times, found }) => ({
        term,
        weight: (1 + Math.log(times)) * Math.log((count + 1) / found),
      }))
      .sort((a, b) => b.weight - a.weight || a.term - b.term)
      .slice(0, QUERY_WORDS)
      .map(({ term }) => term);
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}
