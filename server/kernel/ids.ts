import { v7, validate } from 'uuid';

/** Makes ids; injected so that tests can foresee them. UUIDv7 (RFC 9562): sorts by creation time. */
export type IdSource = () => string;

export const newId: IdSource = () => v7();

export function isId(value: string): boolean {
  return validate(value);
}
