import { lockDown } from './lockdown.ts';

/** What a file that gained control of a parser would try; prints the names of the attempts that succeeded. */
const ATTEMPTS: Readonly<Record<string, () => unknown>> = {
  net: () => import('node:net'),
  dns: () => import('node:dns/promises'),
  http: () => import('node:http'),
  https: () => import('node:https'),
  tls: () => import('node:tls'),
  dgram: () => import('node:dgram'),
  childProcess: () => import('node:child_process'),
  workerThreads: () => import('node:worker_threads'),
  vm: () => import('node:vm'),
  module: () => import('node:module'),
  inspector: () => import('node:inspector'),
  builtinNet: () => process.getBuiltinModule('net'),
  builtinModule: () => process.getBuiltinModule('node:module'),
  fetch: () => fetch('http://127.0.0.1:9/'),
  webSocket: () => new WebSocket('ws://127.0.0.1:9/'),
  eval: () => Reflect.construct(Function, ['return 1'])(),
  kill: () => process.kill(process.ppid, 0),
  dlopen: () => process.dlopen({ exports: {} }, '/nonexistent.node'),
  readPasswords: async () => (await import('node:fs')).readFileSync('/etc/passwd'),
  readProcess: async () => (await import('node:fs')).readFileSync('/proc/self/environ'),
  readSources: async () =>
    (await import('node:fs')).readFileSync(new URL('../../../../main.ts', import.meta.url)),
  write: async () => (await import('node:fs')).writeFileSync('/tmp/lockdown-probe', 'x'),
  environment: () => {
    if (Object.keys(process.env).length === 0) throw new Error('empty');
  },
};

lockDown();
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
