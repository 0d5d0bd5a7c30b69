export { LocalStorage } from './local.ts';
export type { PutOptions, Storage, StoredObject } from './port.ts';
