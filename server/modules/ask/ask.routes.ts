import { type Routes, sendEvents, untilClientLeaves } from '../../platform/http/index.ts';
import { AnswerView, AskBody } from './ask.schemas.ts';
import type { AskApi } from './ask.service.ts';

/** Questions are short; nobody needs to send more. Bytes. */
const BODY_LIMIT = 64_000;

export function askRoutes(ask: AskApi): Routes {
  return (http) => {
    http.post(
      '/ask',
      {
        bodyLimit: BODY_LIMIT,
        config: {
          access: { minimum: 'regular', scope: 'ask:run' },
          feature: 'ask',
          rateLimit: { cost: 100 },
        },
        schema: {
          summary: 'Ask the library',
          description:
            'Answers from what the caller may read, with citations whose characters were checked. With `stream: true` or `Accept: text/event-stream` the answer comes as server-sent events: `start`, `delta` {text}, `citation` {index, at, citation}, `usage`, `done` with the whole answer; or `error` with a problem document.',
          tags: ['ask'],
          body: AskBody,
          response: { 200: AnswerView },
        },
      },
      async (request, reply) => {
        const { actor, body } = request;
        if (body.stream ?? wantsEvents(request.headers.accept)) {
          await sendEvents(request, reply, (signal) => ask.stream(actor, body, signal));
          return reply;
        }
        const gone = AbortSignal.any([untilClientLeaves(reply), request.server.stopping]);
        return ask.ask(actor, body, gone);
      },
    );
  };
}

function wantsEvents(accept: string | undefined): boolean {
  return accept?.includes('text/event-stream') ?? false;
}
