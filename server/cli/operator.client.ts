import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { createScriptoriumClient, type ScriptoriumClient } from '../../client/index.ts';
import { wrongUse } from './command-error.ts';
import type { CommandContext } from './context.ts';

export interface OperatorOptions {
  readonly server?: string;
}

/** A client of a running server as its operator; undefined where no server was named. */
export function remoteOperator(
  context: CommandContext,
  options: OperatorOptions,
): ScriptoriumClient | undefined {
  const server = options.server ?? context.environment.SCRIPTORIUM_URL;
  if (!server) return undefined;
  const secret = context.environment.ADMIN_SECRET_KEY;
  if (!secret)
    throw wrongUse('Set ADMIN_SECRET_KEY to the one of the server: only its operators may do this.');
  if (!URL.canParse(server)) throw wrongUse(`“${server}” is no address of a server.`);
  return clientOf(server, secret);
}

/**
 * Runs `use` as the operator of a running server, or of the product in this process, which then has a secret that nobody
 * else is told: whoever may read the data folder or the database's password operates the instance anyway.
 */
export async function withOperator(
  context: CommandContext,
  options: OperatorOptions,
  use: (client: ScriptoriumClient) => Promise<void>,
): Promise<void> {
  const remote = remoteOperator(context, options);
  if (remote) return use(remote);
  const { withProduct } = await import('./product.ts');
  const secret = randomBytes(32).toString('hex');
  const loadConfig: CommandContext['loadConfig'] = () => {
    const config = context.loadConfig();
    return { ...config, identity: { ...config.identity, adminSecret: secret } };
  };
  await withProduct({ ...context, loadConfig }, async ({ http }) => {
    await http.listen({ host: '127.0.0.1', port: 0 });
    await use(clientOf(`http://127.0.0.1:${(http.server.address() as AddressInfo).port}`, secret));
  });
}

function clientOf(baseUrl: string, secret: string): ScriptoriumClient {
  return createScriptoriumClient({
    baseUrl,
    fetch: (request) => {
      request.headers.set('x-admin-secret', secret);
      return fetch(request);
    },
  });
}
