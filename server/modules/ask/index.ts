export { type AskModule, createAskModule } from './ask.module.ts';
export type { AnswerView, AskBody, AskEvent } from './ask.schemas.ts';
export type { AskApi, AskDependencies } from './ask.service.ts';
export type { QuoteRef, QuoteSource, QuoteSources } from './ask.verify.ts';
