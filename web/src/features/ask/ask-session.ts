import {
  type Answer,
  type AskBody,
  type Citation,
  eventsOf,
  ProblemError,
  type ServerEvent,
  unreachableServer,
} from '../../../../client/index.ts';

export interface CitationMark {
  /** Index into the citations. */
  readonly index: number;
  /** How much of the answer stood before it. */
  readonly at: number;
}

export interface Turn {
  readonly key: number;
  readonly question: string;
  readonly collectionId: string | undefined;
  readonly state: 'streaming' | 'done' | 'stopped' | 'failed';
  readonly provider: string | undefined;
  /** The answer as far as it has come. */
  readonly text: string;
  readonly marks: readonly CitationMark[];
  readonly citations: readonly Citation[];
  /** The whole, with its sentences, once it is complete. */
  readonly answer: Answer | undefined;
  readonly error: Error | undefined;
}

export interface AskSession {
  readonly subscribe: (listener: () => void) => () => void;
  /** Newest first. */
  readonly snapshot: () => readonly Turn[];
  readonly ask: (question: string, collectionId: string | undefined) => void;
  /** Closes the stream, which also stops the model. */
  readonly stop: () => void;
}

export type OpenAnswer = (body: AskBody, signal: AbortSignal) => Promise<Response>;

/** The questions of this visit. One answer streams at a time, and goes on while the reader looks at a passage. */
export function createAskSession(open: OpenAnswer): AskSession {
  let turns: readonly Turn[] = [];
  let nextKey = 1;
  let current: AbortController | undefined;
  const listeners = new Set<() => void>();

  function set(next: readonly Turn[]) {
    turns = next;
    for (const listener of listeners) listener();
  }

  function patch(key: number, change: (turn: Turn) => Turn) {
    set(turns.map((turn) => (turn.key === key ? change(turn) : turn)));
  }

  async function run(key: number, body: AskBody, signal: AbortSignal) {
    try {
      for await (const event of eventsOf(await open(body, signal)))
        patch(key, (turn) => applyEvent(turn, event));
      patch(key, (turn) =>
        turn.state === 'streaming' ? failed(turn, unreachableServer(new Error('cut off'))) : turn,
      );
    } catch (error) {
      patch(key, (turn) => (signal.aborted ? stopped(turn) : failed(turn, asError(error))));
    }
  }

  return {
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    snapshot: () => turns,
    ask: (question, collectionId) => {
      current?.abort();
      current = new AbortController();
      const key = nextKey++;
      set([newTurn(key, question, collectionId), ...turns]);
      const body = { question, stream: true, ...(collectionId === undefined ? {} : { collectionId }) };
      void run(key, body, current.signal);
    },
    stop: () => current?.abort(),
  };
}

function newTurn(key: number, question: string, collectionId: string | undefined): Turn {
  return {
    key,
    question,
    collectionId,
    state: 'streaming',
    provider: undefined,
    text: '',
    marks: [],
    citations: [],
    answer: undefined,
    error: undefined,
  };
}

/** Events are ours, but they come over a wire: what does not have the shape that is expected changes nothing. */
export function applyEvent(turn: Turn, event: ServerEvent): Turn {
  const data = isRecord(event.data) ? event.data : {};
  switch (event.event) {
    case 'start':
      return typeof data.provider === 'string' ? { ...turn, provider: data.provider } : turn;
    case 'delta':
      return typeof data.text === 'string' ? { ...turn, text: turn.text + data.text } : turn;
    case 'citation':
      return addCitation(turn, data);
    case 'error':
      return failed(turn, problemOf(data));
    case 'done':
      return isAnswer(data)
        ? {
            ...turn,
            state: 'done',
            answer: data,
            text: data.answer,
            citations: data.citations,
            provider: data.provider,
          }
        : turn;
    default:
      return turn;
  }
}

function addCitation(turn: Turn, data: Record<string, unknown>): Turn {
  const { index, at, citation } = data;
  if (typeof index !== 'number' || !isCitation(citation)) return turn;
  const citations = [...turn.citations];
  citations[index] = citation;
  return {
    ...turn,
    citations,
    marks: [...turn.marks, { index, at: typeof at === 'number' ? at : turn.text.length }],
  };
}

function stopped(turn: Turn): Turn {
  return turn.state === 'streaming' ? { ...turn, state: 'stopped' } : turn;
}

function failed(turn: Turn, error: Error): Turn {
  return { ...turn, state: 'failed', error };
}

function problemOf(data: Record<string, unknown>): Error {
  const detail = typeof data.detail === 'string' ? data.detail : 'The answer broke off.';
  return new ProblemError({
    status: typeof data.status === 'number' ? data.status : 500,
    code: typeof data.code === 'string' ? data.code : 'client.broken_answer',
    detail,
    requestId: typeof data.requestId === 'string' ? data.requestId : undefined,
  });
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error('unknown', { cause: error });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isCitation(value: unknown): value is Citation {
  return isRecord(value) && typeof value.id === 'string' && typeof value.quote === 'string';
}

function isAnswer(value: unknown): value is Answer {
  return (
    isRecord(value) &&
    typeof value.answer === 'string' &&
    Array.isArray(value.sentences) &&
    Array.isArray(value.citations) &&
    typeof value.provider === 'string'
  );
}
