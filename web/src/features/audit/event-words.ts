import type { AuditEvent } from '../../../../client/index.ts';

/** "Member role changed" for `member.role_changed`. */
export function actionWords(action: string): string {
  const words = spelled(action.replaceAll(/[._]+/g, ' ').trim());
  return words.charAt(0).toLocaleUpperCase() + words.slice(1);
}

function spelled(words: string): string {
  return words.replace(/\bapi\b/, 'API');
}

const KINDS: Readonly<Record<string, string>> = {
  apiKey: 'a program',
  system: 'the server itself',
  operator: 'an operator of the server',
  public: 'somebody not signed in',
};

/** Who did it, in words; events hold ids only, and `names` knows people by them. */
export function actorWords(actor: AuditEvent['actor'], names: ReadonlyMap<string, string>): string {
  const person =
    actor.userId === null ? undefined : (names.get(actor.userId) ?? `person ${brief(actor.userId)}`);
  if (actor.kind === 'apiKey') return person === undefined ? 'a program' : `a program of ${person}`;
  return person ?? KINDS[actor.kind] ?? actor.kind;
}

/** On what, in words; undefined where nothing was acted on. */
export function targetWords(
  target: AuditEvent['target'],
  names: ReadonlyMap<string, string>,
): string | undefined {
  if (target === null) return undefined;
  const kind = spelled(target.type.replaceAll('_', ' '));
  return `${kind} ${names.get(target.id) ?? brief(target.id)}`;
}

/** The end of an id: UUIDv7 begin alike when they were made one soon after the other. */
function brief(id: string): string {
  return id.length > 12 ? `…${id.slice(-8)}` : id;
}

export interface Change {
  readonly name: string;
  /** Undefined where the side does not have it. */
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** What differs between the two sides, by member; both sides hold only what changed. */
export function changesOf(event: Pick<AuditEvent, 'before' | 'after'>): readonly Change[] {
  const before = event.before ?? {};
  const after = event.after ?? {};
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].map((name) => ({ name, before: shown(before[name]), after: shown(after[name]) }));
}

export function shown(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  return typeof value === 'string' ? value : JSON.stringify(value, null, 1);
}
