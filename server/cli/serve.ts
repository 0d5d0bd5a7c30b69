import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import type { Command } from 'commander';
import type { Application } from '../app/compose.ts';
import type { Config } from '../platform/config/index.ts';
import type { CommandContext } from './context.ts';

const SERVE_HELP = `
Prints one line “ready http://HOST:PORT” when it serves, and logs JSON lines to standard error.

Examples:
  scriptorium serve
  DATA_DIR=/var/lib/scriptorium PORT=8080 scriptorium serve
  DATABASE_URL=postgres://… scriptorium serve --no-work`;

const WORKER_HELP = `
Example:
  DATABASE_URL=postgres://… scriptorium worker`;

export function addServe(program: Command, context: CommandContext): void {
  program
    .command('serve')
    .description('Serve the API and the console, and work on jobs')
    .option('--no-work', 'leave the jobs to worker processes')
    .addHelpText('after', SERVE_HELP)
    .action((options: { readonly work: boolean }) => runServer(context, { serve: true, work: options.work }));
  program
    .command('worker')
    .description('Work on jobs only, beside servers that share a PostgreSQL')
    .addHelpText('after', WORKER_HELP)
    .action(() => runServer(context, { serve: false, work: true }));
}

/** Serves, works, or both, until SIGTERM or SIGINT; then stops in order within the grace period. */
async function runServer(
  context: CommandContext,
  role: { readonly serve: boolean; readonly work: boolean },
): Promise<void> {
  const loaded = context.loadConfig();
  const config = role.serve ? await withPort(loaded) : loaded;
  const { compose } = await import('../app/compose.ts');
  const app = await compose(config);
  const stopped = stopOnSignal(() => app.stop(), context.terminal.printError);
  try {
    await app.start({ work: role.work });
    if (role.serve) await serve(context, app);
    else context.terminal.print('working');
  } catch (error) {
    // What the end of the process cut short is no failure.
    const asked = app.http.stopping.aborted;
    await app.stop();
    if (!asked) throw error;
  }
  await stopped;
}

/**
 * With port 0 a free one is found before anything is put together: links in mail and addresses for identity providers hold it.
 * Where another program takes it meanwhile, the start fails and says so.
 */
async function withPort(config: Config): Promise<Config> {
  if (config.http.port !== 0) return config;
  const probe = createServer().listen({ host: config.http.host, port: 0 });
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return { ...config, http: { ...config.http, port } };
}

async function serve(context: CommandContext, app: Application): Promise<void> {
  const { config, database } = app.platform;
  await app.http.listen({ host: config.http.host, port: config.http.port });
  const { port } = app.http.server.address() as AddressInfo;
  const host = config.http.host.includes(':') ? `[${config.http.host}]` : config.http.host;
  const address = `http://${host}:${port}`;
  context.terminal.print(`ready ${address}`);
  if (config.mail.smtpUrl === undefined)
    context.terminal.printError(
      `Mail is held, not sent (SMTP_URL is not set): scriptorium mail list --server ${address}`,
    );
  if (database.kind !== 'embedded') return;
  const { addSamples, expectSamples, firstStart } = await import('../app/first-start.ts');
  const { samples } = config.library;
  if (samples) await expectSamples(app.modules, config.dataDir);
  const token = await firstStart(app.modules);
  if (token !== null) welcome(context, config.http.publicUrl ?? address, token);
  if (samples) await addSamples(app.modules, config.dataDir, app.http.stopping);
}

function welcome({ terminal }: CommandContext, address: string, token: string): void {
  terminal.print('');
  terminal.print('  Welcome to Scriptorium. Sign in once with this link (valid for 24 hours):');
  terminal.print(`  ${address}/sign-in#token=${token}`);
  terminal.print('');
}

/** One Ctrl-C under `npm start` arrives twice: from the terminal, and forwarded by npm. */
const SAME_SIGNAL_MS = 1000;

/** Resolves when a signal has come and `stop` is done. A second signal, meant as such, ends the process at once. */
function stopOnSignal(stop: () => Promise<void>, printError: (line: string) => void): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let stoppingSince: number | undefined;
  const onSignal = (signal: NodeJS.Signals) => {
    if (stoppingSince !== undefined) {
      if (performance.now() - stoppingSince > SAME_SIGNAL_MS) process.exit(1);
      return;
    }
    stoppingSince = performance.now();
    printError(`${signal}: finishing what runs`);
    stop().then(resolve, reject);
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
  return promise;
}
