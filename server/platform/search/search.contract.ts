import { describe } from 'vitest';
import type { TestDatabase } from '../../testing/database.ts';
import { searchStage } from '../../testing/search-stage.ts';
import { searchHostileContract } from './search.hostile.contract.ts';
import { searchMeaningContract } from './search.meaning.contract.ts';
import { searchPagesContract } from './search.pages.contract.ts';
import { searchVersionsContract } from './search.versions.contract.ts';
import { searchVisibilityContract } from './search.visibility.contract.ts';
import { searchWordsContract } from './search.words.contract.ts';

/** What the search engine must do over every database; `maxVectorBytes: 0` leaves vectors to the database's own index. */
export function searchContract(
  name: string,
  open: () => Promise<TestDatabase>,
  maxVectorBytes?: number,
): void {
  describe(`search contract: ${name}`, () => {
    const stage = searchStage(open, maxVectorBytes);
    searchWordsContract(stage);
    searchVersionsContract(stage);
    searchVisibilityContract(stage);
    searchPagesContract(stage);
    searchHostileContract(stage);
    searchMeaningContract(stage);
  });
}
