declare global {
  // Where the packages that lock scrolling look for it.
  var __webpack_nonce__: string | undefined;
}

/** The nonce of this page's content security policy, for style elements that scripts write; empty where there is none. */
export function takeStyleNonce(): string {
  const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? '';
  globalThis.__webpack_nonce__ = nonce;
  return nonce;
}
