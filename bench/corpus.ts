import { seededRandom } from './stats.ts';

// Generated Markdown that behaves like text where it matters: function words, words shared by everything in Zipf's
// proportions, and topics whose words occur together, so that terms have unequal weight and meaning can be learned.

const FUNCTION_WORDS =
  'the of and to in a is that for it as with was by on are be this from which or an at not have has'.split(
    ' ',
  );
const ONSETS = [
  'b',
  'c',
  'd',
  'f',
  'g',
  'l',
  'm',
  'n',
  'p',
  'r',
  's',
  't',
  'v',
  'br',
  'cr',
  'dr',
  'gr',
  'pl',
  'st',
  'tr',
];
const VOWELS = ['a', 'e', 'i', 'o', 'u', 'ai', 'ea', 'ou'];
const CODAS = ['', 'l', 'm', 'n', 'r', 's', 't', 'nd', 'rk', 'st'];
const TOPICS = 60;
const WORDS_A_TOPIC = 120;
const COMMON_WORDS = 4000;

export interface GeneratedDocument {
  readonly name: string;
  readonly text: string;
}

export interface Corpus {
  /** The `index`-th document, of about `bytes` bytes; the same for the same arguments. */
  document(index: number, bytes: number): GeneratedDocument;
  /** The `index`-th query: two to five words of one topic. */
  query(index: number): string;
}

export function makeCorpus(seed: number): Corpus {
  const random = seededRandom(seed);
  const common = Array.from({ length: COMMON_WORDS }, () => word(random));
  const topics = Array.from({ length: TOPICS }, () =>
    Array.from({ length: WORDS_A_TOPIC }, () => word(random)),
  );
  const topicOf = (index: number) => topics[index % TOPICS] ?? [];

  return {
    document(index, bytes) {
      const own = seededRandom(seed + 7919 * (index + 1));
      const next = () => pick(own, own() < 0.4 ? FUNCTION_WORDS : own() < 0.5 ? topicOf(index) : common);
      const title = capital(words(next, 4));
      const blocks = [`# ${title} ${index}`];
      for (let size = blocks[0]?.length ?? 0; size < bytes; ) {
        const block = makeBlock(own, next);
        blocks.push(block);
        size += block.length + 2;
      }
      return { name: `document-${index}.md`, text: `${blocks.join('\n\n')}\n` };
    },
    query(index) {
      const own = seededRandom(seed + 104_729 * (index + 1));
      return words(() => pick(own, topicOf(index)), 2 + Math.floor(own() * 4));
    },
  };
}

function makeBlock(random: () => number, next: () => string): string {
  const kind = random();
  if (kind < 0.15) return `## ${capital(words(next, 3))}`;
  if (kind < 0.25) return Array.from({ length: 4 }, () => `- ${words(next, 6)}`).join('\n');
  return Array.from({ length: 5 }, () => `${capital(words(next, 8 + Math.floor(random() * 10)))}.`).join(' ');
}

/** Earlier items are likelier, roughly by Zipf's law. */
function pick(random: () => number, from: readonly string[]): string {
  return from[Math.floor(from.length ** random()) - 1] ?? from[0] ?? '';
}

function word(random: () => number): string {
  const syllable = () => uniform(random, ONSETS) + uniform(random, VOWELS) + uniform(random, CODAS);
  return Array.from({ length: 2 + Math.floor(random() * 2) }, syllable).join('');
}

function uniform(random: () => number, from: readonly string[]): string {
  return from[Math.floor(random() * from.length)] ?? '';
}

function words(next: () => string, count: number): string {
  return Array.from({ length: count }, next).join(' ');
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
