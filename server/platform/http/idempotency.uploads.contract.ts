import { randomUUID } from 'node:crypto';
import { type ClientRequest, request as httpRequest } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { IdempotencyStage } from '../../testing/idempotency-stage.ts';

/** Bodies that are streams, which nobody reads twice. */
export function idempotentUploadsContract(stage: IdempotencyStage): void {
  const { now, ana, post, claimed, runs } = stage;

  describe('multipart', () => {
    const form = (content: string) => `--x\r\n${content}\r\n--x--`;
    const multipart = (content: string, headers: Record<string, string> = {}) => ({
      body: form(content),
      headers: { 'content-type': 'multipart/form-data; boundary=x', ...headers },
    });

    test('is compared by length and declared digest', async () => {
      const key = randomUUID();
      const first = await post('/uploads', key, multipart('one'));
      expect(await post('/uploads', key, multipart('one'))).toEqual({ ...first, replayed: 'true' });
      expect(await post('/uploads', key, multipart('longer'))).toMatchObject({ status: 422 });
      expect(
        await post('/uploads', key, multipart('one', { 'content-digest': 'sha-256=:AAAA:' })),
      ).toMatchObject({ status: 422 });
      expect(runs()).toBe(1);
    });

    test('an upload that broke off can be sent again', async () => {
      const key = randomUUID();
      const { body, headers } = multipart('one');
      const broken = startUpload(`${now().url}/uploads`, {
        ...headers,
        authorization: `Bearer ${ana}`,
        'idempotency-key': key,
        'content-length': String(body.length),
      });
      broken.write(body.slice(0, 5));
      await claimed();
      expect(await post('/uploads', key, multipart('one'))).toMatchObject({ status: 409 });
      broken.destroy();
      await new Promise((resolve) => broken.once('close', resolve));
      let again = await post('/uploads', key, multipart('one'));
      for (; again.status === 409; again = await post('/uploads', key, multipart('one'))) await delay(10);
      expect(again).toMatchObject({ status: 202, replayed: null, body: { length: body.length } });
    });
  });
}

function startUpload(url: string, headers: Record<string, string>): ClientRequest {
  const upload = httpRequest(url, { method: 'POST', headers });
  upload.on('error', () => undefined);
  return upload;
}
