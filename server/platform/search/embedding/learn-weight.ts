import { OrganizationIndex } from '../memory/organization-index.ts';
import type { QueryWord } from '../query/words.ts';
import { bm25 } from '../ranking/bm25.ts';
import { encodeTerms } from '../storage/term-codec.ts';
import type { CountedTerm } from './latent-model.ts';
import { seededRandom } from './randomized-svd.ts';
import { type Passages, trainLatentModel } from './train.ts';

/** What the cosine may count beside BM25. Measured: more than 2 never helped, less than ½ hardly differs from none. */
const LEAST = 0.5;
const MOST = 2;
/** How fast the weight rises with what the vectors find more than the words do. */
const SLOPE = 15;
const MOST_TESTED = 500;
const MOST_TRAINED = 6_000;
/** Words of a made-up query. */
const QUERY_WORDS = 10;
/** Below, the test says nothing. */
const FEWEST_PASSAGES = 40;

/**
 * How much the latent cosine should count in hybrid search, learned without judgements: some passages are held out of
 * training and each split at random, occurrence by occurrence; one half asks (a few of its words) for the other. Where
 * vectors find it better than words do, they are trusted; on texts as short as telegrams they do not, and count little.
 */
export function learnWeight(passages: Passages): number {
  const count = passages.starts.length - 1;
  if (count < FEWEST_PASSAGES) return LEAST;
  const random = seededRandom(count);
  const order = shuffled(count, random);
  const tested = order.slice(0, Math.min(MOST_TESTED, Math.floor(count / 4)));
  const trained = order.slice(tested.length, tested.length + MOST_TRAINED);
  const halves = tested.map((passage) => split(termsOf(passages, passage), random));
  const training = subset(passages, trained);
  const known = new Set(training.terms);
  const model = trainLatentModel(training);
  const bodies = [
    ...trained.map((passage) => termsOf(passages, passage)),
    ...halves.map((half) => half.kept),
  ];
  const index = indexOf(bodies);
  const vectors = bodies.map((body) => model.embed(body, model.dimensions));
  let byWords = 0;
  let byVectors = 0;
  halves.forEach(({ asked }, position) => {
    // A word that stands in no other passage would give its own away.
    const terms = asked.flatMap(({ term }) => (known.has(term) ? [term] : [])).slice(0, QUERY_WORDS);
    const words = terms.map((term): QueryWord => ({ weight: 1, forms: [{ term, languages: null }] }));
    const query = model.embed(
      terms.map((term) => ({ term, count: 1 })),
      model.dimensions,
    );
    const cosines = Float32Array.from(vectors, (vector) =>
      query === null || vector === null ? 0 : dot(query, vector),
    );
    byWords += gainOf(bm25(index.passages, words), trained.length + position);
    byVectors += gainOf(cosines, trained.length + position);
  });
  return byWords === 0 ? LEAST : Math.min(MOST, Math.max(LEAST, LEAST + SLOPE * (byVectors / byWords - 1)));
}

function termsOf(passages: Passages, passage: number): CountedTerm[] {
  const terms: CountedTerm[] = [];
  for (let i = passages.starts[passage] as number; i < (passages.starts[passage + 1] as number); i++) {
    terms.push({ term: passages.terms[i] as number, count: passages.counts[i] as number });
  }
  return terms;
}

function subset(passages: Passages, chosen: readonly number[]): Passages {
  const rows = chosen.map((passage) => termsOf(passages, passage));
  const starts = new Uint32Array(rows.length + 1);
  rows.forEach((row, i) => {
    starts[i + 1] = (starts[i] as number) + row.length;
  });
  const all = rows.flat();
  return {
    starts,
    terms: Uint32Array.from(all, ({ term }) => term),
    counts: Uint8Array.from(all, ({ count }) => count),
  };
}

/** Every occurrence goes to one side by chance; the asking side comes in random order. */
function split(
  terms: readonly CountedTerm[],
  random: () => number,
): { asked: CountedTerm[]; kept: CountedTerm[] } {
  const asked: CountedTerm[] = [];
  const kept: CountedTerm[] = [];
  for (const { term, count } of terms) {
    let here = 0;
    for (let i = 0; i < count; i++) if (random() < 0.5) here++;
    if (here > 0) asked.push({ term, count: here });
    if (here < count) kept.push({ term, count: count - here });
  }
  return { asked: shuffled(asked.length, random).flatMap((i) => asked[i] ?? []), kept };
}

function indexOf(bodies: readonly (readonly CountedTerm[])[]): OrganizationIndex {
  const index = new OrganizationIndex(null);
  const nothing = {
    type: '',
    version: 1,
    title: '',
    language: null,
    analysedAs: 'und',
    collectionId: null,
    audience: [],
  };
  bodies.forEach((body, key) => {
    const terms = encodeTerms(body.map((counted) => ({ ...counted, stop: false })));
    index.put({
      ...nothing,
      key,
      id: `${key}`,
      titleTerms: new Uint8Array(0),
      passages: [{ ordinal: 0, terms, vector: null }],
    });
  });
  return index;
}

/** The discounted gain of the row's rank; nothing found gains nothing. */
function gainOf(scores: Float32Array, row: number): number {
  const own = scores[row] as number;
  if (own <= 0) return 0;
  return 1 / Math.log2(1 + scores.reduce((rank, score) => (score > own ? rank + 1 : rank), 1));
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}

/** 0 to `count` − 1 in random order (Fisher and Yates). */
function shuffled(count: number, random: () => number): number[] {
  const order = Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [order[i], order[j]] = [order[j] as number, order[i] as number];
  }
  return order;
}
