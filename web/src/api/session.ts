import {
  createScriptoriumClient,
  ProblemError,
  problemFrom,
  type ScriptoriumClient,
  type SignedIn,
  unreachableServer,
} from '../../../client/index.ts';

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);
/** Calls whose 401 is an answer about the credentials in them, not about the session. */
const CREDENTIAL_PATHS =
  /\/auth\/(login|login\/second-factor|register|register\/confirm|sign-in-link|refresh)$/;

/**
 * The signed-in browser: httpOnly cookies carry who asks, and this object keeps the proof against forged requests in
 * memory. A 401 is answered by one refresh (shared by all calls that are waiting) and one more attempt.
 */
export interface Session {
  readonly client: ScriptoriumClient;
  readonly fetch: (request: Request) => Promise<Response>;
  readonly csrfToken: () => string | undefined;
  readonly adopt: (token: string | null) => void;
  /** True when the session was renewed. */
  readonly refresh: () => Promise<boolean>;
  /** Called when the session has ended and cannot be renewed. */
  readonly onLost: (listener: () => void) => () => void;
  /** Called when the organization lets this person in only once they have a second factor. */
  readonly onSecondFactorMissing: (listener: () => void) => () => void;
}

export function createSession(baseUrl = ''): Session {
  let csrf: string | undefined;
  let refreshing: Promise<boolean> | undefined;
  const lost = createSignal();
  const secondFactorMissing = createSignal();

  async function authorizedFetch(request: Request): Promise<Response> {
    const again = request.clone();
    const response = await fetch(withProof(request));
    if (response.status === 403) await noticeMissingFactor(response.clone());
    if (response.status !== 401 || CREDENTIAL_PATHS.test(new URL(request.url).pathname)) return response;
    if (await refresh()) return fetch(withProof(again));
    end();
    return response;
  }

  async function noticeMissingFactor(response: Response) {
    const { code } = problemFrom(response, await response.json().catch(() => undefined));
    if (code === 'identity.second_factor_setup_required') secondFactorMissing.tell();
  }

  /** Tells once; who was not signed in has nothing to lose. */
  function end() {
    if (csrf === undefined) return;
    csrf = undefined;
    lost.tell();
  }

  function withProof(request: Request): Request {
    if (csrf !== undefined && !SAFE_METHODS.has(request.method)) request.headers.set('x-csrf-token', csrf);
    return request;
  }

  function refresh(): Promise<boolean> {
    refreshing ??= renew().finally(() => {
      refreshing = undefined;
    });
    return refreshing;
  }

  async function renew(): Promise<boolean> {
    const { data } = await client
      .POST('/api/v1/auth/refresh', { body: null })
      .catch(() => ({ data: undefined }));
    if (data === undefined) return false;
    csrf = (data as SignedIn).csrfToken;
    return true;
  }

  const client = createScriptoriumClient({ baseUrl, fetch: authorizedFetch });
  return {
    client,
    fetch: authorizedFetch,
    csrfToken: () => csrf,
    adopt: (token) => {
      csrf = token ?? undefined;
    },
    refresh,
    onLost: lost.subscribe,
    onSecondFactorMissing: secondFactorMissing.subscribe,
  };
}

function createSignal() {
  const listeners = new Set<() => void>();
  return {
    subscribe: (listener: () => void) => {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    tell: () => {
      for (const listener of listeners) listener();
    },
  };
}

export interface UploadRequest {
  readonly url: string;
  readonly form: FormData;
  readonly signal: AbortSignal;
  /** Bytes of the body that have left. */
  readonly onProgress: (sent: number) => void;
}

/** Posts a form with progress, which `fetch` cannot tell. Renews the session once, like every other call. */
export async function uploadForm<T>(session: Session, request: UploadRequest): Promise<T> {
  try {
    return await sendForm<T>(session, request);
  } catch (error) {
    if (!(error instanceof ProblemError) || error.status !== 401 || !(await session.refresh())) throw error;
    return sendForm<T>(session, request);
  }
}

function sendForm<T>(session: Session, request: UploadRequest): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const xhr = new XMLHttpRequest();
    const abort = () => xhr.abort();
    xhr.open('POST', request.url);
    xhr.responseType = 'json';
    const csrf = session.csrfToken();
    if (csrf !== undefined) xhr.setRequestHeader('x-csrf-token', csrf);
    xhr.upload.addEventListener('progress', (event) => request.onProgress(event.loaded));
    xhr.addEventListener('load', () => {
      if (xhr.status >= 200 && xhr.status < 300) resolve(xhr.response as T);
      else reject(problemFrom(headOf(xhr), xhr.response));
    });
    xhr.addEventListener('error', () => reject(unreachableServer(new Error('the upload was cut off'))));
    xhr.addEventListener('abort', () => reject(new DOMException('The upload was stopped.', 'AbortError')));
    xhr.addEventListener('loadend', () => request.signal.removeEventListener('abort', abort));
    request.signal.addEventListener('abort', abort, { once: true });
    xhr.send(request.form);
  });
}

function headOf(xhr: XMLHttpRequest): Response {
  const headers = new Headers();
  for (const name of ['retry-after', 'x-request-id']) {
    const value = xhr.getResponseHeader(name);
    if (value !== null) headers.set(name, value);
  }
  return new Response(null, { status: xhr.status, headers });
}
