import { expect } from 'vitest';
import { type Api, sourceOf, type Upload } from './api.ts';
import type { Product } from './product.ts';

/** 512 MiB for a reader, and what it can take between two looks of its watchdog. */
export const READER_BYTES = 600 * 1024 * 1024;

export interface Outcome {
  readonly name: string;
  /** `refused` at the door, or the stage it ended in. */
  readonly end: string;
  readonly why: string;
}

/** Uploads one file and says what became of it; a refusal must be a problem with a reason, a failure must carry one. */
export async function outcomeOf(api: Api, file: Upload, limitMs: number): Promise<Outcome> {
  const answer = await api.upload([file]);
  if (answer.status >= 400) {
    expect([file.name, answer.status]).toEqual([file.name, expect.toBeOneOf([400, 413, 415, 422])]);
    expect(answer.body.detail).toMatch(/\w+ \w+/);
    return { name: file.name, end: 'refused', why: answer.body.code };
  }
  const { stage, failure } = await api.settle(sourceOf(answer).id, limitMs);
  if (stage === 'failed') {
    expect([file.name, failure?.code]).toEqual([file.name, expect.stringMatching(/^[a-z]+\.[a-z_]+$/)]);
    expect([file.name, failure?.message]).toEqual([file.name, expect.stringMatching(/\w+ \w+/)]);
  }
  return { name: file.name, end: stage, why: failure?.code ?? '' };
}

/** After every attack the next ordinary file must still become readable. */
export async function stillWorks(product: Product, api: Api): Promise<void> {
  expect(product.running).toBe(true);
  const text = `Still here, ${crypto.randomUUID()}.`;
  const source = sourceOf(await api.upload([{ name: 'ordinary.txt', bytes: Buffer.from(text) }]));
  expect((await api.settle(source.id, 30_000)).stage).toBe('ready');
}
