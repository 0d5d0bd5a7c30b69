import type { ParsedDocument } from '../port.ts';
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

function reply(header: WorkerReply, body: unknown): void {
  const json = Buffer.from(body === undefined ? '' : JSON.stringify(body));
  process.stdout.write(frameHead(header, json.length));
  if (json.length > 0) process.stdout.write(json);
}

async function handle(request: WorkerRequest, body: Buffer): Promise<void> {
  if (request.kind === 'segment') {
    const { segment } = await import('../segmentation/segment.ts');
    const document = JSON.parse(body.toString('utf8')) as ParsedDocument; // made and checked by the parent
    reply({ ok: true }, segment(document, request.options));
    return;
  }
  const { parseBytes } = await import('../formats/index.ts');
  const { mediaType, maxTextChars, language } = request;
  const result = await parseBytes(body, mediaType, { maxTextChars, language: language ?? undefined });
  if (result.ok) reply({ ok: true }, result.value);
  else reply({ ok: false, failure: result.error }, undefined);
}

/** Where the parent cannot read this process's memory use from outside, the process watches itself between turns. */
function watchMemory(maxBytes: number): void {
  setInterval(() => {
    if (process.memoryUsage.rss() > maxBytes) process.exit(MEMORY_EXIT_CODE);
  }, 50).unref();
}

const maxMemory = Number(process.argv[2]);

lockDown();
if (process.platform !== 'linux') watchMemory(maxMemory);
const reader = new FrameReader(MAX_REQUEST_BYTES, (frame) => {
  handle(frame.header as WorkerRequest, frame.body).catch(() => process.exit(1));
});
process.stdin.on('data', (chunk: Buffer) => reader.push(chunk));
process.stdin.on('end', () => process.exit(0));
