import { describe } from 'vitest';
import type { TestDatabase } from '../../../testing/database.ts';
import { secondFactorStage } from '../../../testing/second-factor-stage.ts';
import { secondFactorRemovalContract } from './second-factor.removal.contract.ts';
import { secondFactorRequiredContract } from './second-factor.required.contract.ts';
import { secondFactorSetupContract } from './second-factor.setup.contract.ts';
import { secondFactorSignInContract } from './second-factor.sign-in.contract.ts';

/** Time-based codes and recovery codes, over HTTP. */
export function secondFactorContract(name: string, open: () => Promise<TestDatabase>): void {
  describe(`second factor: ${name}`, () => {
    const stage = secondFactorStage(open);
    secondFactorSetupContract(stage);
    secondFactorSignInContract(stage);
    secondFactorRemovalContract(stage);
    secondFactorRequiredContract(stage);
  });
}
