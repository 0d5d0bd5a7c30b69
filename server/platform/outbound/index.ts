export { type Allowed, parseAllowed } from './allow.ts';
export { createOutbound, type OutboundOptions } from './outbound.ts';
export type * from './port.ts';
