import type { SearchMode } from '../../../../client/index.ts';

const NAMES: Readonly<Record<SearchMode, string>> = {
  hybrid: 'Hybrid',
  semantic: 'Semantic',
  keyword: 'Keyword',
};

export function modeName(mode: SearchMode): string {
  return NAMES[mode];
}
