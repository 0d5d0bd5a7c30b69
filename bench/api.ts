import type { SourceView } from '../server/modules/library/library.schemas.ts';
import type { SearchAnswerView } from '../server/modules/search/search.schemas.ts';
import type { TaskView } from '../server/modules/tasks/index.ts';
import { sleep } from './machine.ts';

const UPLOAD_FILES = 50;
const QUIET_MS = 15_000;
const POLL_MS = 250;

interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
}

/** A file to upload; its name and its bytes say what it is. */
export interface UploadFile {
  readonly name: string;
  readonly text: string | Uint8Array<ArrayBuffer>;
}

/** The API as one signed-in person uses it. */
export class Api {
  readonly origin: string;
  readonly token: string;

  private constructor(origin: string, token: string) {
    this.origin = origin;
    this.token = token;
  }

  /** Registers a new person with an organization of their own. */
  static async register(origin: string): Promise<Api> {
    const body = {
      email: `bench-${crypto.randomUUID()}@example.org`,
      password: crypto.randomUUID(),
      name: 'Bench',
    };
    const response = await fetch(`${origin}/api/v1/auth/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const { accessToken } = await answer<{ accessToken: string }>(response);
    return new Api(origin, accessToken);
  }

  async get<T>(path: string): Promise<T> {
    return answer<T>(await fetch(`${this.origin}/api/v1${path}`, { headers: this.#headers }));
  }

  search(query: Readonly<Record<string, string>>): Promise<SearchAnswerView> {
    return this.get(`/search?${new URLSearchParams(query)}`);
  }

  /** Uploads in requests of 50 files and waits until every file is ready. Throws when one is not. */
  async ingest(documents: readonly UploadFile[]): Promise<readonly SourceView[]> {
    const sources: SourceView[] = [];
    const tasks: string[] = [];
    for (let from = 0; from < documents.length; from += UPLOAD_FILES) {
      const uploaded = await this.upload(documents.slice(from, from + UPLOAD_FILES));
      sources.push(...uploaded.items);
      if (uploaded.task) tasks.push(uploaded.task.id);
    }
    for (const id of tasks) {
      const task = await this.waitForEnd(id);
      if (task.status !== 'succeeded') throw new Error(`task ${id} ${task.status}: ${task.error?.message}`);
    }
    return sources;
  }

  async upload(documents: readonly UploadFile[]): Promise<{ items: SourceView[]; task: TaskView | null }> {
    const form = new FormData();
    for (const { name, text } of documents) form.append('file', new Blob([text]), name);
    const response = await fetch(`${this.origin}/api/v1/library/sources`, {
      method: 'POST',
      headers: this.#headers,
      body: form,
    });
    return answer(response);
  }

  async cancel(sourceId: string): Promise<void> {
    const path = `/api/v1/library/sources/${sourceId}/cancel`;
    await answer(await fetch(this.origin + path, { method: 'POST', headers: this.#headers }));
  }

  /** Waits until a task has ended, however it did. */
  async waitForEnd(taskId: string): Promise<TaskView> {
    for (;;) {
      const task = await this.get<TaskView>(`/tasks/${taskId}`);
      if (task.status !== 'queued' && task.status !== 'running') return task;
      await sleep(POLL_MS);
    }
  }

  /**
   * Waits until nothing runs or waits, so that background work (training, re-embedding) does not disturb a measurement.
   * A training becomes a task only when uploads have rested for ten seconds, so quiet must last longer than that.
   */
  async waitForQuiet(): Promise<void> {
    for (let quiet = 0; quiet * POLL_MS < QUIET_MS; await sleep(POLL_MS)) {
      const [queued, running] = await Promise.all(
        ['queued', 'running'].map((status) => this.get<Page<TaskView>>(`/tasks?status=${status}&limit=1`)),
      );
      quiet = queued?.items.length === 0 && running?.items.length === 0 ? quiet + 1 : 0;
    }
  }

  async *pages<T>(path: string): AsyncGenerator<T> {
    const separator = path.includes('?') ? '&' : '?';
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page: Page<T> = await this.get(
        `${path}${separator}limit=100${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`,
      );
      yield* page.items;
      cursor = page.nextCursor;
    }
  }

  get #headers() {
    return { authorization: `Bearer ${this.token}` };
  }
}

async function answer<T>(response: Response): Promise<T> {
  const body = await response.text();
  if (!response.ok) throw new Error(`${response.status} ${response.url}: ${body.slice(0, 500)}`);
  return JSON.parse(body);
}
