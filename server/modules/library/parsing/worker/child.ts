import { lockDown } from './lockdown.ts';
import {
  FrameReader,
  frameHead,
  MEMORY_EXIT_CODE,
  type WorkerReply,
  type WorkerRequest,
} from './protocol.ts';

/** The largest file that a request may carry, in bytes; the upload limit lies below it. */
const MAX_REQUEST_BYTES = 2 ** 31;

function reply(header: WorkerReply, text = ''): void {
  const body = Buffer.from(text);
  process.stdout.write(frameHead(header, body.length));
  if (body.length > 0) process.stdout.write(body);
}

async function handle(request: WorkerRequest, body: Buffer): Promise<void> {
  if (request.kind === 'segment') {
    const { segment } = await import('../segmentation/segment.ts');
    const chunks = segment({ ...request.document, text: body.toString('utf8') }, request.options);
    const ranges = chunks.map(({ start, end, page, headings, tokens }) => ({
      start,
      end,
      page,
      headings,
      tokens,
    }));
    reply({ ok: true, chunks: ranges });
    return;
  }
  const { parseBytes } = await import('../formats/index.ts');
  const { mediaType, maxTextChars, language } = request;
  const result = await parseBytes(body, mediaType, { maxTextChars, language: language ?? undefined });
  if (result.ok) {
    const { text, ...document } = result.value;
    reply({ ok: true, document }, text);
  } else {
    reply({ ok: false, failure: result.error });
  }
}

/** Where the parent cannot read this process's memory use from outside, the process watches itself between turns. */
function watchMemory(maxBytes: number): void {
  setInterval(() => {
    if (process.memoryUsage.rss() > maxBytes) process.exit(MEMORY_EXIT_CODE);
  }, 50).unref();
}

const maxMemory = Number(process.argv[2]);

// Ctrl-C and a service manager's stop reach the whole process group: the parent decides when this process ends, or its
// end closes standard input. Dying here would make the file that is being read a failed one.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);

lockDown();
if (process.platform !== 'linux') watchMemory(maxMemory);
const reader = new FrameReader(MAX_REQUEST_BYTES, (frame) => {
  handle(frame.header as WorkerRequest, frame.body).catch(() => process.exit(1));
});
process.stdin.on('data', (chunk: Buffer) => reader.push(chunk));
process.stdin.on('end', () => process.exit(0));
