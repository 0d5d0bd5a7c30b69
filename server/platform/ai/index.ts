export { checkModels, type ModelCheck } from './check.ts';
export { type AiGatewayOptions, createAiGateway } from './gateway.ts';
export type * from './port.ts';
export type { AiLimits, AiSettings } from './settings.ts';
export { estimateTokens } from './usage.ts';
export { aiUsageData } from './usage-data.ts';
