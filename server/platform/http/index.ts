export { ACCESS_COOKIE } from './access.ts';
export { asAttachment } from './attachment.ts';
export { createIdempotency, type Idempotency } from './idempotency.ts';
export { parseJson } from './json.ts';
export type { Access, Http, Routes } from './port.ts';
export { expectedVersion } from './preconditions.ts';
export { contentSecurityPolicy } from './security-headers.ts';
export { createHttpServer, type HttpOptions } from './server.ts';
export { type ServerSentEvent, sendEvents } from './sse.ts';
