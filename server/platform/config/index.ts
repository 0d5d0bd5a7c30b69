export { addressOf, type Config, ConfigError, loadConfig } from './config.ts';
export { SETTINGS } from './schema.ts';
