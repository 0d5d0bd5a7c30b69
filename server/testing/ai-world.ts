import { type OrganizationActor, systemActor } from '../kernel/actor.ts';
import { isAppError } from '../kernel/errors.ts';
import { newId } from '../kernel/ids.ts';
import {
  type AiGateway,
  type AiSettings,
  type ChatEvent,
  type ChatRequest,
  createAiGateway,
} from '../platform/ai/index.ts';
import { createLogger } from '../platform/logging/index.ts';
import { embeddedTestDatabase, type TestDatabase } from './database.ts';
import { type ModelServer, startModelServer } from './model-server.ts';

export const SECRET = 'sk-very-secret-1234';
export const PROMPT = 'the-private-question';

/** The gateway with a real database and a real HTTP model server. */
export interface AiWorld {
  readonly db: TestDatabase;
  /** Everything that was logged, at every level. */
  readonly logged: string[];
  /** A model server of its own for each test; `reset` makes the next. */
  server(): ModelServer;
  reset(): Promise<void>;
  gateway(provider: string, changes?: Partial<AiSettings>): AiGateway;
  organization(): Promise<OrganizationActor>;
  usage(actor: OrganizationActor): Promise<Record<string, unknown>[]>;
  close(): Promise<void>;
}

export async function createAiWorld(): Promise<AiWorld> {
  const db = await embeddedTestDatabase();
  const logged: string[] = [];
  let server = await startModelServer();
  return {
    db,
    logged,
    server: () => server,
    async reset() {
      await server.close();
      server = await startModelServer();
      logged.length = 0;
    },
    gateway: (provider, changes = {}) =>
      createAiGateway({
        settings: { ...settingsFor(provider, server.url), ...changes },
        uow: db.database.uow,
        logger: createLogger('trace', { write: (line: string) => void logged.push(line) }),
        limits: { backoffMs: 2, backoffCapMs: 4, totalMs: 20_000 },
      }),
    async organization() {
      const id = newId();
      await db.owner('insert into organizations (id, name) values ($1, $2)', [id, 'Test']);
      return systemActor(id, newId());
    },
    usage: (actor) => db.owner('select * from ai_usage where organization_id = $1', [actor.organizationId]),
    async close() {
      await server.close();
      await db.close();
    },
  };
}

function settingsFor(provider: string, url: string): AiSettings {
  return {
    models: {
      chat: `${provider}:test-model`,
      fast: undefined,
      judge: undefined,
      embed: undefined,
      image: undefined,
      rerank: undefined,
    },
    anthropicApiKey: SECRET,
    anthropicBaseUrl: url,
    openaiBaseUrl: url,
    openaiApiKey: SECRET,
    timeoutSeconds: 10,
  };
}

export function chatRequest(changes: Partial<ChatRequest> = {}): ChatRequest {
  return {
    role: 'chat',
    system: 'Answer.',
    messages: [{ role: 'user', content: PROMPT }],
    maxOutputTokens: 100,
    signal: new AbortController().signal,
    purpose: 'test',
    ...changes,
  };
}

export interface Heard {
  readonly text: string;
  readonly events: readonly ChatEvent[];
  /** What the stream threw. */
  readonly error: unknown;
}

/** Reads a stream to its end, however it ends. */
export async function listen(stream: AsyncIterable<ChatEvent>): Promise<Heard> {
  const events: ChatEvent[] = [];
  const heard = (error: unknown): Heard => ({
    text: events.map((event) => (event.kind === 'delta' ? event.text : '')).join(''),
    events,
    error,
  });
  try {
    for await (const event of stream) events.push(event);
  } catch (error) {
    return heard(error);
  }
  return heard(undefined);
}

export function codeOf(error: unknown): string {
  return isAppError(error) ? error.code : String(error);
}
