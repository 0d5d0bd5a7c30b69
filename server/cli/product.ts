import type { Application } from '../app/compose.ts';
import type { CommandContext } from './context.ts';

/** The product itself, on its database, for a command that works as its operator. No job is worked on. */
export async function withProduct(
  context: CommandContext,
  use: (app: Application) => Promise<void>,
): Promise<void> {
  const { composeQuietly } = await import('./local.ts');
  const app = await composeQuietly(context);
  try {
    // Makes the queues that what is done may put jobs into.
    await app.start({ work: false });
    await use(app);
  } finally {
    await app.stop();
  }
}
