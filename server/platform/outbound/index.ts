export { type Allowed, parseAllowed, parsePort } from './allow.ts';
export { createOperatorFetch } from './operator-fetch.ts';
export { createOutbound, type OutboundOptions } from './outbound.ts';
export type * from './port.ts';
