import type { Config } from '../platform/config/index.ts';
import type { Terminal } from './terminal.ts';

/** What a command needs from the world; `main.ts` fills it in. */
export interface CommandContext {
  /** Throws `ConfigError`. Not every command needs settings, so nobody reads them before it is asked for. */
  readonly loadConfig: () => Config;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The command line behind the program's name, as it was typed. */
  readonly args: readonly string[];
  readonly terminal: Terminal;
}
