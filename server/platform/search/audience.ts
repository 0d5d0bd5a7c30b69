import { type Actor, hasRole, ROLES } from '../../kernel/actor.ts';

/** The labels that let this caller see a document: one for each role up to its own, and its own name. */
export function labelsOf(actor: Actor): ReadonlySet<string> {
  const labels = ROLES.filter((role) => hasRole(actor, role)).map((role) => `role:${role}`);
  return new Set(actor.userId === null ? labels : [...labels, `user:${actor.userId}`]);
}
