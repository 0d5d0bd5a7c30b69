import type { CallerName } from '../isolation/callers.ts';
import type { Tenant } from '../isolation/tenant.ts';
import type { OpenApi } from './document.ts';

/** Two organizations on one server, and everybody who might call, by what they send. */
export interface Stage {
  readonly own: Tenant;
  readonly other: Tenant;
  readonly callers: Readonly<Record<CallerName, Readonly<Record<string, string>>>>;
}

/** `lasting`: nobody takes anything from its people. `doomed`: where that is what is asked for. */
export type StageName = 'lasting' | 'doomed';

/** What is fuzzed. */
export interface FuzzTarget {
  /** `http://host:port` */
  readonly url: string;
  readonly document: OpenApi;
  /** Whether it is still the process that it was. */
  readonly running: boolean;
  stage(name: StageName): Stage;
  /** New organizations and people in place of those of the stage. */
  renew(name: StageName): Promise<void>;
  /** Of everything stored, when no job waits to be worked on: one hash for each table. */
  digest(): Promise<ReadonlyMap<string, string>>;
  /** What it has logged since the last time. */
  logged(): string;
  close(): Promise<void>;
}
