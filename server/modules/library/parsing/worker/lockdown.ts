import { isBuiltin, registerHooks } from 'node:module';

/** Built-in modules that no parser needs; what reads files stays, as Node's permission model guards it. */
const DENIED: ReadonlySet<string> = new Set([
  'module',
  'net',
  'tls',
  'dns',
  'dns/promises',
  'dgram',
  'http',
  'https',
  'http2',
  'child_process',
  'cluster',
  'worker_threads',
  'inspector',
  'inspector/promises',
  'repl',
  'vm',
  'wasi',
  'sqlite',
  'v8',
  'trace_events',
  'quic',
]);

const DENIED_GLOBALS = [
  'fetch',
  'WebSocket',
  'EventSource',
  'XMLHttpRequest',
  'Request',
  'Response',
  'WebAssembly',
];
const DENIED_PROCESS = [
  'binding',
  '_linkedBinding',
  'dlopen',
  'kill',
  '_kill',
  '_debugProcess',
  'execve',
  'abort',
  'chdir',
];

function denied(specifier: string): boolean {
  const name = specifier.replace(/^node:/, '');
  return DENIED.has(name) || (isBuiltin(specifier) && name.startsWith('_'));
}

function refuse(): never {
  throw new Error('not available in a parser');
}

/** Where the methods of an object are defined that open a connection, each refused from now on. */
function refuseConnections(target: object | null): void {
  for (const name of ['connect', 'connect6', 'bind', 'bind6', 'listen']) {
    if (target && name in target)
      Object.defineProperty(target, name, { value: refuse, writable: false, configurable: false });
  }
}

/**
 * Takes away what a parser has no use for: sockets, name lookup, processes, threads, native code. Together with Node's
 * permission model and an empty environment, a file that gains control of a parser finds nothing to reach.
 * Cannot be undone in this process.
 */
export function lockDown(): void {
  registerHooks({
    resolve: (specifier, context, next) => (denied(specifier) ? refuse() : next(specifier, context)),
  });
  const getBuiltin = process.getBuiltinModule.bind(process);
  const set = (target: object, name: string, value: unknown): void => {
    Object.defineProperty(target, name, { value, writable: false, configurable: false });
  };
  set(process, 'getBuiltinModule', (id: string) => (denied(id) ? refuse() : getBuiltin(id)));
  for (const name of DENIED_GLOBALS) Reflect.deleteProperty(globalThis, name);
  for (const name of DENIED_PROCESS) set(process, name, refuse);
  // Our own pipes are sockets, and lead to the class that could open others.
  refuseConnections(Object.getPrototypeOf(process.stdin));
  const handle: unknown = Reflect.get(process.stdin, '_handle');
  if (typeof handle === 'object' && handle) refuseConnections(Object.getPrototypeOf(handle));
  // Libraries print warnings about broken files; stdout carries our frames.
  for (const name of ['log', 'info', 'warn', 'error', 'debug', 'trace'] as const) console[name] = () => {};
}
