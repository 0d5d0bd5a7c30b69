import { Api } from '../api.ts';
import type { Part } from '../context.ts';
import { makeCorpus } from '../corpus.ts';
import { residentMemory, sleep } from '../machine.ts';
import { startProduct } from '../server.ts';

const MEGABYTE = 1e6;
const SAMPLE_MS = 25;
const SMALL = 10;
// A little below the default limit of 100 MB for a file.
const LARGE = 99;

/** Memory of the API's process while one large file arrives: flat means that a tenfold file takes no more. */
export const uploadMemory: Part = {
  name: 'upload-memory',
  about: 'memory while 100 MB arrive',
  async run(context) {
    const place = await context.open('embedded');
    const server = await startProduct(place.settings);
    try {
      const api = await Api.register(server.origin);
      await rise(api, server.pid, SMALL); // warms up buffers and compiled code
      const small = await rise(api, server.pid, SMALL);
      const large = await rise(api, server.pid, LARGE);
      return {
        part: this.name,
        figures: [
          { name: `rise while ${SMALL} MB arrive`, value: small.peak / MEGABYTE, unit: 'MB' },
          {
            name: `rise while ${LARGE} MB arrive`,
            value: large.peak / MEGABYTE,
            unit: 'MB',
            goal: { atMost: 50 },
          },
          { name: `${LARGE} MB accepted after`, value: large.seconds, unit: 's' },
        ],
        notes: [
          'resident memory of the server process above its level before the request, sampled every 25 ms',
          `the curve of the ${LARGE} MB upload in tenths of its time, MB: ${large.curve.map((bytes) => Math.round(bytes / MEGABYTE)).join(', ')}`,
        ],
      };
    } finally {
      await server.stop();
      await place.dispose();
    }
  },
};

interface Rise {
  /** Bytes above the level before. */
  readonly peak: number;
  readonly curve: readonly number[];
  readonly seconds: number;
}

async function rise(api: Api, pid: number, megabytes: number): Promise<Rise> {
  const text = repeatTo(makeCorpus(megabytes).document(0, MEGABYTE / 10).text, megabytes * MEGABYTE);
  await sleep(2000);
  const before = residentMemory(pid).own;
  const samples: number[] = [];
  const timer = setInterval(() => samples.push(residentMemory(pid).own - before), SAMPLE_MS);
  const from = performance.now();
  const { items, task } = await api.upload([
    { name: `${crypto.randomUUID()}.md`, text: `${crypto.randomUUID()}\n\n${text}` },
  ]);
  const seconds = (performance.now() - from) / 1000;
  clearInterval(timer);
  samples.push(residentMemory(pid).own - before);
  // Reading such a file is not what is measured here; nothing of it may run into the next upload.
  for (const { id } of items) await api.cancel(id);
  if (task) await api.waitForEnd(task.id);
  const curve = Array.from(
    { length: 10 },
    (_, tenth) => samples[Math.floor((tenth * samples.length) / 10)] ?? 0,
  );
  return { peak: Math.max(...samples), curve, seconds };
}

function repeatTo(text: string, bytes: number): string {
  return text.repeat(Math.ceil(bytes / Buffer.byteLength(text))).slice(0, bytes - 100);
}
