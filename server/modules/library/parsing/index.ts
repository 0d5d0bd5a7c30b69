export { detectFile } from './detect.ts';
export { createParser, type ParseFile, type Parser, type ParserLogger, type ParserOptions } from './parser.ts';
export type { SegmentOptions } from './segmentation/segment.ts';
export type * from './port.ts';
