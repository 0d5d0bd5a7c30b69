export { detectFile } from './detect.ts';
export {
  createParser,
  type ParseFile,
  type Parser,
  type ParserLogger,
  type ParserOptions,
} from './parser.ts';
export type * from './port.ts';
export type { SegmentOptions } from './segmentation/segment.ts';
