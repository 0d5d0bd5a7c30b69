import type { Usage } from '../../../../../client/index.ts';
import type { Figure, Part } from '../../../shared/figures.tsx';
import { formatBytes, formatMoney, formatNumber } from '../../../shared/format.ts';

export interface FigureGroup {
  readonly title: string;
  readonly figures: readonly Figure[];
  /** Of one whole, for a bar. */
  readonly parts: readonly Part[];
}

const TITLES: Readonly<Record<string, string>> = {
  organization: 'People',
  library: 'Library',
  ai: 'Models',
};

const WORDS: Readonly<Record<string, string>> = {
  'organization.members': 'Members',
  'library.collections': 'Collections',
  'library.sources': 'Documents',
  'library.bytes': 'Stored files',
  'ai.calls': 'Calls',
  'ai.inputTokens': 'Tokens read',
  'ai.outputTokens': 'Tokens written',
  'ai.costMicros': 'Cost',
};

/** Which figures of a domain are parts of one whole. */
const PARTS: Readonly<Record<string, readonly string[]>> = { ai: ['inputTokens', 'outputTokens'] };

/** The figures of each domain; what the console does not know by name shows under the name that the server gives it. */
export function groupsOf(usage: Usage): readonly FigureGroup[] {
  return Object.entries(usage.domains).map(([domain, counts]) => ({
    title: TITLES[domain] ?? domain,
    figures: Object.entries(counts).map(([name, value]) => ({
      label: WORDS[`${domain}.${name}`] ?? name,
      value: shown(name, value),
    })),
    parts: (PARTS[domain] ?? []).map((name) => ({
      label: WORDS[`${domain}.${name}`] ?? name,
      value: counts[name] ?? 0,
    })),
  }));
}

function shown(name: string, value: number): string {
  if (name.toLowerCase().endsWith('bytes')) return formatBytes(value);
  if (name.endsWith('Micros')) return formatMoney(value);
  return formatNumber(value);
}
