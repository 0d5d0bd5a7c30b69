import { type Actor, type OrganizationActor, systemActor } from '../kernel/actor.ts';
import { newId } from '../kernel/ids.ts';
import { type AskModule, createAskModule } from '../modules/ask/index.ts';
import { type AiSettings, createAiGateway } from '../platform/ai/index.ts';
import { createLogger } from '../platform/logging/index.ts';
import { embeddedTestDatabase, type TestDatabase } from './database.ts';
import { type ModelServer, startModelServer } from './model-server.ts';
import { createShelf, type Shelf } from './passages.ts';

/** Ask with a real gateway, a real database, a real HTTP model server, and a shelf of documents for a library. */
export interface AskWorld {
  readonly db: TestDatabase;
  readonly server: ModelServer;
  readonly shelf: Shelf;
  /** Asks the model server. */
  readonly withModel: AskModule;
  /** No model is set. */
  readonly withoutModel: AskModule;
  organization(): Promise<OrganizationActor>;
  put(actor: OrganizationActor, title: string, text: string, language?: string): string;
  close(): Promise<void>;
}

export async function createAskWorld(): Promise<AskWorld> {
  const db = await embeddedTestDatabase();
  const server = await startModelServer();
  const shelf = createShelf();
  const ask = (chat: string | undefined): AskModule =>
    createAskModule({
      search: shelf.search,
      quoteSources: { source: shelf.quoteSource },
      ai: createAiGateway({
        settings: settings(server.url, chat),
        uow: db.database.uow,
        logger: createLogger('silent'),
        limits: { backoffMs: 1, backoffCapMs: 2 },
      }),
    });
  return {
    db,
    server,
    shelf,
    withModel: ask('openai:test-model'),
    withoutModel: ask(undefined),
    async organization() {
      const id = newId();
      await db.owner('insert into organizations (id, name) values ($1, $2)', [id, 'Test']);
      return systemActor(id, newId());
    },
    put(actor, title, text, language = 'en') {
      const id = newId();
      shelf.put({ organizationId: actor.organizationId, id, title, language, text });
      return id;
    },
    async close() {
      await server.close();
      await db.close();
    },
  };
}

function settings(url: string, chat: string | undefined): AiSettings {
  return {
    models: {
      chat,
      fast: undefined,
      judge: undefined,
      embed: undefined,
      image: undefined,
      rerank: undefined,
    },
    anthropicApiKey: undefined,
    anthropicBaseUrl: undefined,
    openaiBaseUrl: url,
    openaiApiKey: undefined,
    timeoutSeconds: 10,
  };
}

/** A member of the same organization with another role. */
export function withRole(actor: OrganizationActor, role: Actor['role']): OrganizationActor {
  return { ...actor, kind: 'user', userId: newId(), role };
}
