import type { AddressInfo } from 'node:net';
import { compose } from '../app/compose.ts';
import { firstStart } from '../app/first-start.ts';
import type { CommandContext } from './program.ts';

/** Serves, works, or both, until SIGTERM or SIGINT; then stops in order within the grace period. */
export async function runServer(
  context: CommandContext,
  role: { readonly serve: boolean; readonly work: boolean },
): Promise<void> {
  const config = context.loadConfig();
  const app = await compose(config);
  const stopped = stopOnSignal(async () => {
    await app.stop();
  }, context.printError);
  try {
    await app.start({ work: role.work });
    if (role.serve) await serve(context, app);
    else context.print('working');
  } catch (error) {
    await app.stop();
    throw error;
  }
  await stopped;
}

async function serve(context: CommandContext, app: Awaited<ReturnType<typeof compose>>): Promise<void> {
  const { config, database } = app.platform;
  await app.http.listen({ host: config.http.host, port: config.http.port });
  const { port } = app.http.server.address() as AddressInfo;
  const host = config.http.host.includes(':') ? `[${config.http.host}]` : config.http.host;
  const address = `http://${host}:${port}`;
  context.print(`ready ${address}`);
  if (database.kind !== 'embedded') return;
  const token = await firstStart(app.modules, { samples: config.library.samples });
  if (token) {
    context.print('');
    context.print('  Welcome to Scriptorium. Sign in once with this link (valid for 24 hours):');
    context.print(`  ${config.http.publicUrl ?? address}/sign-in#token=${token}`);
    context.print('');
  }
}

/** Resolves when a signal has come and `stop` is done. A second signal ends the process at once. */
function stopOnSignal(stop: () => Promise<void>, printError: (line: string) => void): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let stopping = false;
  const onSignal = (signal: NodeJS.Signals) => {
    if (stopping) process.exit(1);
    stopping = true;
    printError(`${signal}: finishing what runs`);
    stop().then(resolve, reject);
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
  return promise;
}
