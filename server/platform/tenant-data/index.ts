export { zipOf } from './archive.ts';
export { jsonFile, jsonLines } from './json-lines.ts';
export type { ArchiveFile, TenantData } from './port.ts';
