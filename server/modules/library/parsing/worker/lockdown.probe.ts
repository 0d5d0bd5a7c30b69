import { lockDown } from './lockdown.ts';

const MODULES = [
  'net',
  'dns',
  'dns/promises',
  'http',
  'https',
  'http2',
  'tls',
  'dgram',
  'child_process',
  'cluster',
  'worker_threads',
  'vm',
  'module',
  'inspector',
  'repl',
  'wasi',
  'v8',
];

async function readFile(path: string | URL): Promise<unknown> {
  return (await import('node:fs')).readFileSync(path);
}

/** What a file that gained control of a parser would try; prints the names of the attempts that succeeded. */
const ATTEMPTS: Readonly<Record<string, () => unknown>> = {
  ...Object.fromEntries(
    MODULES.flatMap((name) => [
      [name, () => import(name)],
      [`node:${name}`, () => import(`node:${name}`)],
    ]),
  ),
  builtinNet: () => process.getBuiltinModule('net'),
  builtinModule: () => process.getBuiltinModule('node:module'),
  socketOfStdin: () => Reflect.construct(process.stdin.constructor, []).connect(9, '127.0.0.1').destroy(),
  handleOfStdin: () => {
    const pipe: object = Reflect.get(process.stdin, '_handle');
    return Reflect.construct(pipe.constructor, [0]).bind('/nonexistent/probe.sock'); // an error code, no exception
  },
  fetch: () => fetch.name,
  webSocket: () => WebSocket.name,
  eval: () => Reflect.construct(Function, ['return 1'])(),
  kill: () => process.kill(process.ppid, 0),
  readPasswords: () => readFile('/etc/passwd'),
  readHosts: () => readFile('/etc/hosts'),
  readSources: () => readFile(new URL('../../../../main.ts', import.meta.url)),
  write: async () => (await import('node:fs')).writeFileSync('/dev/null', 'x'),
  environment: () => {
    if (Object.keys(Reflect.get(process, 'env')).length === 0) throw new Error('empty');
  },
};

if (process.argv[2] !== 'unlocked') lockDown();
const succeeded: string[] = [];
for (const [name, attempt] of Object.entries(ATTEMPTS)) {
  try {
    await attempt();
    succeeded.push(name);
  } catch {
    // as it should be
  }
}
process.stdout.write(JSON.stringify({ attempts: Object.keys(ATTEMPTS).length, succeeded }));
