import { type Static, Type } from 'typebox';
import { Id, Nullable } from '../../platform/http/schemas.ts';
import { CitationView } from '../search/index.ts';

export const AskBody = Type.Object(
  {
    question: Type.String({ minLength: 1, maxLength: 4000 }),
    collectionId: Type.Optional(Id),
    types: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 50 }), { minItems: 1, maxItems: 10 }),
    ),
    /** Server-sent events; `Accept: text/event-stream` asks for the same. */
    stream: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
);
export type AskBody = Static<typeof AskBody>;

/** A sentence of the answer by its range in `answer`, and which citations carry it; none means: unsupported. */
export const SentenceView = Type.Object({
  start: Type.Integer(),
  end: Type.Integer(),
  supported: Type.Boolean(),
  /** Indexes into `citations`. */
  citations: Type.Array(Type.Integer()),
});

export const AnswerView = Type.Object({
  answer: Type.String(),
  sentences: Type.Array(SentenceView),
  citations: Type.Array(CitationView),
  /** `provider:model`, or `extractive` for the built-in answerer that quotes and needs no model. */
  provider: Type.String(),
  /** Every sentence is supported by a checked quote. */
  grounded: Type.Boolean(),
  /** `answered`, `nothing_found` (the library holds nothing relevant), `truncated` or `refused` by the model. */
  outcome: Type.Union([
    Type.Literal('answered'),
    Type.Literal('nothing_found'),
    Type.Literal('truncated'),
    Type.Literal('refused'),
  ]),
  usage: Nullable(
    Type.Object({
      inputTokens: Type.Integer(),
      outputTokens: Type.Integer(),
      costMicros: Nullable(Type.Integer()),
      currency: Type.String(),
    }),
  ),
});
export type AnswerView = Static<typeof AnswerView>;

export type Outcome = AnswerView['outcome'];
export type Usage = NonNullable<AnswerView['usage']>;

/** What a stream of an answer holds, in this order: `start`, `delta` and `citation` mixed, `usage`, `done`. */
export type AskEvent =
  | { readonly event: 'start'; readonly data: { readonly provider: string } }
  /** More text of the answer. It is plain text, never to be drawn as HTML or Markdown. */
  | { readonly event: 'delta'; readonly data: { readonly text: string } }
  /** A checked citation, its index in `citations`, and how much of the answer stands before it. */
  | {
      readonly event: 'citation';
      readonly data: {
        readonly index: number;
        readonly at: number;
        readonly citation: Static<typeof CitationView>;
      };
    }
  | { readonly event: 'usage'; readonly data: Usage }
  | { readonly event: 'done'; readonly data: AnswerView };
