import type { CallerName } from '../isolation/callers.ts';
import type { Tenant } from '../isolation/tenant.ts';
import type { Stage } from './target.ts';
import type { WireRequest } from './wire.ts';

const OPERATORS: ReadonlySet<CallerName> = new Set(['marked operator', 'admin secret']);
const STRANGERS: ReadonlySet<CallerName> = new Set(['nobody', 'removed member']);

/** What no answer to them may hold. */
export function marksHiddenFrom(caller: CallerName, { own, other }: Stage): readonly string[] {
  if (OPERATORS.has(caller)) return [];
  const marks = ({ canary, secrets }: Tenant) => [canary, ...secrets];
  if (STRANGERS.has(caller)) return [...marks(own), ...marks(other)];
  // Bodies are written with the words of `own`: sent by the other admin, they are the other organization's own content.
  return caller === 'admin of another organization' ? own.secrets : marks(other);
}

/**
 * What the people of one organization have written about another: a filter that the audit trail keeps, a name that is an
 * id. To be given it back is no leak. What was only asked for in a path is kept nowhere.
 */
export class Told {
  readonly #by = new WeakMap<Tenant, Set<string>>();

  add(caller: CallerName, stage: Stage, { target, body }: WireRequest): void {
    const query = target.slice(target.indexOf('?') + 1 || target.length);
    const written = `${query}\n${Buffer.from(body ?? '').toString()}`;
    const home = homeOf(caller, stage);
    const known = this.#by.get(home) ?? new Set();
    for (const mark of marksHiddenFrom(caller, stage)) if (written.includes(mark)) known.add(mark);
    this.#by.set(home, known);
  }

  includes(caller: CallerName, stage: Stage, mark: string): boolean {
    return !STRANGERS.has(caller) && this.#by.get(homeOf(caller, stage))?.has(mark) === true;
  }
}

function homeOf(caller: CallerName, { own, other }: Stage): Tenant {
  return caller === 'admin of another organization' ? other : own;
}
