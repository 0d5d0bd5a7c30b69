import pg from 'pg';

export interface ListenerOptions {
  readonly connection: pg.ClientConfig;
  /** Called for errors that have no caller: the connection was lost, or does not come back yet. */
  readonly onError: (error: Error) => void;
}

const RECONNECT_MS = 1_000;

type Hear = (payload: string) => void;

/**
 * One connection of this process on which all its channels are heard: opened for the first, ended after the last. When it
 * is lost it comes back by itself; what was sent meanwhile is not heard, as NOTIFY keeps nothing.
 */
export class PostgresListener {
  readonly #options: ListenerOptions;
  readonly #channels = new Map<string, Set<Hear>>();
  /** The connection, perhaps still being opened. */
  #client: Promise<pg.Client> | undefined;

  constructor(options: ListenerOptions) {
    this.#options = options;
  }

  /** Resolves once it listens, to what ends it; the same function may listen twice. */
  async listen(channel: string, onMessage: Hear): Promise<() => Promise<void>> {
    const hear: Hear = (payload) => onMessage(payload);
    const leave = () => this.#leave(channel, hear);
    const present = this.#channels.get(channel);
    if (present) present.add(hear);
    else this.#channels.set(channel, new Set([hear]));
    try {
      await listenOn(await this.#connection(), channel);
    } catch (error) {
      await leave();
      throw error;
    }
    return leave;
  }

  async close(): Promise<void> {
    this.#channels.clear();
    await this.#end();
  }

  async #leave(channel: string, hear: Hear): Promise<void> {
    const present = this.#channels.get(channel);
    if (!present?.delete(hear) || present.size > 0) return;
    this.#channels.delete(channel);
    if (this.#channels.size === 0) return this.#end();
    const client = await this.#client?.catch(() => undefined);
    // Somebody may have come to the channel by now; on a connection that was lost there is nothing to leave.
    if (client && !this.#channels.has(channel))
      await client.query(`unlisten ${pg.escapeIdentifier(channel)}`).catch(this.#options.onError);
  }

  async #end(): Promise<void> {
    const opened = this.#client;
    this.#client = undefined;
    const client = await opened?.catch(() => undefined);
    await client?.end();
  }

  #connection(): Promise<pg.Client> {
    if (this.#client) return this.#client;
    const forget = () => {
      if (this.#client !== opening) return false;
      this.#client = undefined;
      return true;
    };
    const opening = this.#open(() => {
      if (forget()) this.#comeBack();
    });
    // Whoever asked gets the error; the next one tries anew.
    opening.catch(forget);
    this.#client = opening;
    return opening;
  }

  async #open(onLost: () => void): Promise<pg.Client> {
    const client = new pg.Client(this.#options.connection);
    client.on('error', this.#options.onError);
    client.on('notification', ({ channel, payload }) => {
      for (const hear of this.#channels.get(channel) ?? []) hear(payload ?? '');
    });
    await client.connect();
    client.once('end', onLost);
    for (const channel of this.#channels.keys()) await listenOn(client, channel);
    return client;
  }

  #comeBack(): void {
    setTimeout(() => {
      if (this.#channels.size === 0) return;
      this.#connection().catch((error: Error) => {
        this.#options.onError(error);
        this.#comeBack();
      });
    }, RECONNECT_MS).unref();
  }
}

async function listenOn(client: pg.Client, channel: string): Promise<void> {
  await client.query(`listen ${pg.escapeIdentifier(channel)}`);
}
