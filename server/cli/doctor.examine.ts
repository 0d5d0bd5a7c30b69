import { checkModels } from '../platform/ai/index.ts';
import { type Config, ConfigError } from '../platform/config/index.ts';
import type { CommandContext } from './context.ts';
import { checkDatabase } from './doctor.database.ts';
import { type Finding, fail, ok } from './doctor.findings.ts';
import {
  checkAddress,
  checkConsole,
  checkFolder,
  checkNode,
  checkParser,
  checkRedis,
  checkSpace,
  checkStorage,
  holderOf,
} from './doctor.machine.ts';

const MODEL_TIMEOUT_MS = 20_000;

/** Every check, one after the other; the ones that need settings only where these are usable. */
export async function* examine(context: CommandContext): AsyncGenerator<Finding> {
  yield checkNode(process.version);
  let config: Config;
  try {
    config = context.loadConfig();
    yield ok('settings', config.production ? 'usable, for production' : 'usable, for development');
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const problem of error.problems)
      yield fail('settings', problem, 'Mend it in the environment or in .env: see docs/settings.md.');
    return;
  }
  const holder = await holderOf(config);
  yield await checkFolder(config, holder);
  yield await checkSpace(config);
  yield* await checkDatabase(config, holder);
  yield await checkStorage(config);
  yield await checkRedis(config);
  yield await checkParser(config);
  yield* await checkAi(config);
  yield checkConsole();
  yield await checkAddress(config, holder);
}

async function checkAi({ ai }: Config): Promise<readonly Finding[]> {
  const checks = await checkModels(ai, Math.min(MODEL_TIMEOUT_MS, ai.timeoutSeconds * 1000));
  if (checks.length === 0)
    return [ok('models', 'none set: answers are extracts, vectors are learned from the library')];
  return checks.map(({ role, model, ok: answered, message }) =>
    answered
      ? ok(`model for ${role}`, `${model} ${message}`)
      : fail(
          `model for ${role}`,
          `${model}: ${message}`,
          `Check AI_${role.toUpperCase()}, the address and the key of its provider.`,
        ),
  );
}
