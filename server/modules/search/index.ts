export { CitationView } from './search.schemas.ts';
