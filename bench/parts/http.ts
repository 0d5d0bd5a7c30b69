import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Api } from '../api.ts';
import { bareToken } from '../bare-server.ts';
import type { Context, Part } from '../context.ts';
import { makeCorpus } from '../corpus.ts';
import type { Place } from '../place.ts';
import type { Figure, PartResult } from '../report.ts';
import { type RunningServer, startProcess, startProduct } from '../server.ts';
import { median } from '../stats.ts';
import { hasWrk, type LoadResult, runLoad } from '../wrk.ts';

const SOURCES = 1000;
const ROUNDS = 5;
const SECONDS = 5;
const WARM_UP_SECONDS = 2;
const CONNECTIONS = 50;
const POOL_SIZE = 20;
const BARE_SERVER = fileURLToPath(new URL('../bare-server.ts', import.meta.url));

interface Target {
  readonly name: 'ours' | 'bare' | 'peer';
  readonly origin: string;
  readonly token: string;
  readonly paths: Readonly<Record<Scenario, readonly string[]>>;
}
type Scenario = 'get one' | 'list 20';
const SCENARIOS: readonly Scenario[] = ['get one', 'list 20'];

/** Requests a second of one process over PostgreSQL, side by side with the least that Fastify can do and with a peer. */
export const http: Part = {
  name: 'http',
  about: 'requests a second beside bare Fastify and a peer, PostgreSQL',
  async run(context) {
    if (!context.databases.includes('postgres')) return skipped('no PostgreSQL');
    if (!hasWrk()) return skipped('wrk is not installed');
    const place = await context.open('postgres');
    const product = await startProduct({ ...place.settings, MAX_POOL_SIZE: String(POOL_SIZE) });
    try {
      return await measure(context, place, product);
    } finally {
      await product.stop();
      await place.dispose();
    }
  },
};

async function measure(context: Context, place: Place, product: RunningServer): Promise<PartResult> {
  const api = await Api.register(product.origin);
  const corpus = makeCorpus(3);
  const documents = Array.from({ length: Math.ceil(SOURCES * context.scale) }, (_, index) =>
    corpus.document(index, 1000),
  );
  const sources = await api.ingest(documents);
  await api.waitForQuiet();
  const paths = {
    'get one': sources.map(({ id }) => `/api/v1/library/sources/${id}`),
    'list 20': ['/api/v1/library/sources?limit=20'],
  };
  const me = await api.get<{ user: { id: string }; organization: { id: string } }>('/auth/me');
  const key = crypto.randomUUID();
  const bare = await startProcess(process.execPath, [BARE_SERVER], {
    DATABASE_URL: place.ownerUrl ?? '',
    POOL_SIZE: String(POOL_SIZE),
    ORGANIZATION_ID: me.organization.id,
    TOKEN_KEY: key,
  });
  try {
    const targets: Target[] = [
      { name: 'ours', origin: product.origin, token: api.token, paths },
      { name: 'bare', origin: bare.origin, token: bareToken(me.user.id, key), paths },
      ...peerTarget(context),
    ];
    await checkEqualWork(targets);
    const rounds = Math.max(1, Math.round(ROUNDS * context.scale));
    const results = await interleaved(targets, rounds);
    return { part: http.name, figures: figuresOf(targets, results), notes: notesOf(context, rounds) };
  } finally {
    await bare.stop();
  }
}

function peerTarget({ peer }: Context): readonly Target[] {
  if (!peer) return [];
  const ids = readFileSync(peer.idsFile, 'utf8').split('\n').filter(Boolean);
  const paths = { 'get one': ids.map((id) => `/documents/${id}`), 'list 20': ['/documents?limit=20'] };
  return [{ name: 'peer', origin: peer.origin, token: peer.token, paths }];
}

/** Ours and the bare server must give the same fields, and all 20 rows; nobody may answer without a token. */
async function checkEqualWork(targets: readonly Target[]): Promise<void> {
  const shapes = new Map<string, string>();
  for (const { name, origin, token, paths } of targets) {
    const headers = { authorization: `Bearer ${token}` };
    const get = (path = '') => fetch(origin + path, { headers });
    const one: object = JSON.parse(await (await get(paths['get one'][0])).text());
    const list: { items: object[] } = JSON.parse(await (await get(paths['list 20'][0])).text());
    if (list.items.length !== 20) throw new Error(`${name} lists ${list.items.length} rows`);
    const refused = await fetch(origin + paths['get one'][0]);
    await refused.body?.cancel();
    if (refused.status !== 401) throw new Error(`${name} answers ${refused.status} without a token`);
    shapes.set(name, Object.keys(one).sort().join());
  }
  if (shapes.get('ours') !== shapes.get('bare')) {
    throw new Error(`the bare server gives other fields: ${shapes.get('bare')} for ${shapes.get('ours')}`);
  }
}

type Results = Map<string, LoadResult[]>;

/** Round by round, scenario by scenario, target by target, so that the machine's drift hits all alike. */
async function interleaved(targets: readonly Target[], rounds: number): Promise<Results> {
  const results: Results = new Map();
  for (let round = 0; round <= rounds; round++) {
    for (const scenario of SCENARIOS) {
      for (const { name, origin, token, paths } of targets) {
        const seconds = round === 0 ? WARM_UP_SECONDS : SECONDS;
        const result = await runLoad({
          origin,
          token,
          paths: paths[scenario],
          connections: CONNECTIONS,
          seconds,
        });
        const key = `${scenario} ${name}`;
        if (round > 0) results.set(key, [...(results.get(key) ?? []), result]);
      }
    }
  }
  return results;
}

function figuresOf(targets: readonly Target[], results: Results): readonly Figure[] {
  const goals = { bare: 0.6, peer: 5 };
  return SCENARIOS.flatMap((scenario) => {
    const of = (name: string) => results.get(`${scenario} ${name}`) ?? [];
    const rates = targets.flatMap(({ name }): Figure[] => [
      {
        name: `${scenario}, ${name}`,
        value: median(of(name).map((result) => result.requestsPerSecond)),
        unit: '/s',
      },
      {
        name: `${scenario}, ${name}, p99`,
        value: median(of(name).map((result) => result.p99Ms)),
        unit: 'ms',
      },
    ]);
    const ratios = targets.flatMap(({ name }): Figure[] => {
      if (name === 'ours') return [];
      const each = of('ours').map(
        (ours, round) => ours.requestsPerSecond / (of(name)[round]?.requestsPerSecond ?? Number.NaN),
      );
      return [
        {
          name: `${scenario}, ours ÷ ${name}`,
          value: median(each),
          unit: '×',
          goal: { atLeast: goals[name] },
        },
      ];
    });
    return [...rates, ...ratios];
  });
}

function notesOf({ peer }: Context, rounds: number): readonly string[] {
  return [
    `wrk with ${CONNECTIONS} connections, ${rounds} interleaved rounds of ${SECONDS} s; medians; pools of ${POOL_SIZE}; one process each`,
    peer
      ? 'the peer reads its own rows (get one: with 2 KB of text)'
      : 'no peer was named (--peer, --peer-token, --peer-ids)',
  ];
}

function skipped(reason: string): PartResult {
  return { part: http.name, figures: [], notes: [`skipped: ${reason}`] };
}
