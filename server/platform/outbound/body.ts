import { answerTooLarge, toOutboundError } from './errors.ts';

type Body = AsyncIterable<Uint8Array>;

/** All bytes of a decoded body. Throws as soon as they are more than `maxBytes`, whatever their length was said to be. */
export async function readWithin(body: Body | null, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of counted(body, maxBytes)) chunks.push(chunk);
  return new Uint8Array(Buffer.concat(chunks));
}

/** The same bound for a body that is read by somebody else. */
export function streamWithin(body: Body, maxBytes: number): ReadableStream<Uint8Array<ArrayBuffer>> {
  const chunks = counted(body, maxBytes);
  return new ReadableStream(
    {
      async pull(controller) {
        try {
          const { done, value } = await chunks.next();
          if (done) controller.close();
          else controller.enqueue(new Uint8Array(value));
        } catch (error) {
          controller.error(toOutboundError(error));
        }
      },
      async cancel() {
        await chunks.return(undefined);
      },
    },
    { highWaterMark: 0 },
  );
}

/** Leaving the loop early cancels the body, which closes its connection. */
async function* counted(body: Body | null, maxBytes: number): AsyncGenerator<Uint8Array, undefined> {
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.byteLength;
    if (size > maxBytes) throw answerTooLarge(maxBytes);
    yield chunk;
  }
}
