import type { Part } from '../context.ts';
import { residentMemory, sleep } from '../machine.ts';
import { startProcess, startProduct } from '../server.ts';
import { median } from '../stats.ts';

const RUNS = 3;
// Reading the samples is done by then, and its processes have ended.
const IDLE_AFTER_MS = 60_000;
const MEGABYTE = 1e6;

/** `npm start` on an empty folder, dependencies installed and the console built, until it is ready; and its memory at rest. */
export const startup: Part = {
  name: 'startup',
  about: 'time to ready and memory at rest',
  async run(context) {
    const readyMs: number[] = [];
    for (let run = 0; run <= RUNS; run++) {
      const place = await context.open('embedded');
      const server = await startProcess('npm', ['start'], { PORT: '0', ...place.settings });
      // The first run builds the console and warms the disk's cache.
      if (run > 0) readyMs.push(server.readyMs);
      await server.stop();
      await place.dispose();
    }
    const place = await context.open('embedded');
    const server = await startProduct({ ...place.settings, SAMPLES: 'true' });
    await sleep(IDLE_AFTER_MS * context.scale);
    const memory = residentMemory(server.pid);
    await server.stop();
    await place.dispose();
    return {
      part: this.name,
      figures: [
        {
          name: 'ready after `npm start`, empty folder',
          value: median(readyMs) / 1000,
          unit: 's',
          goal: { atMost: 10 },
        },
        {
          name: 'resident memory at rest, all processes',
          value: memory.tree / MEGABYTE,
          unit: 'MB',
          goal: { atMost: 450 },
        },
      ],
      notes: [
        `embedded database, with samples; median of ${RUNS} starts; memory ${IDLE_AFTER_MS / 1000} s after ready`,
      ],
    };
  },
};
