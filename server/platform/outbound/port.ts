export interface OutboundRequest {
  readonly method?: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** Default 1 MB; a longer answer is an error. */
  readonly maxBytes?: number;
  /** The whole exchange, redirects included. Default 10 s. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

export interface OutboundAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Uint8Array;
  /** Where the answer came from after redirects. */
  readonly url: string;
}

/**
 * The one door for addresses that a person gave (webhooks, identity providers, imports): checked scheme and port, resolved
 * once and connected to exactly that address, no private network unless the operator allows it, every redirect checked
 * again, size and time bounded. Throws `outbound.refused` (422) and `outbound.failed` (502); neither tells more about a
 * network inside than a stranger may know.
 */
export interface Outbound {
  request(url: string, request?: OutboundRequest): Promise<OutboundAnswer>;
  /** The same door in the shape of the web's `fetch`, for libraries that take one. */
  readonly fetch: typeof globalThis.fetch;
}
