export { networkOf, siteOf } from './network.ts';
export type * from './port.ts';
export { WINDOW_SECONDS } from './port.ts';
export { createRateLimits, type RateLimitsOptions } from './rate-limits.ts';
