/**
 * The connection that an SMTP_URL means, or what is wrong with it. `smtps://` is TLS from the first byte (port 465);
 * `smtp://` must come to TLS by STARTTLS (port 587), except on this machine or where `?tls=none` says that the network in
 * between is trusted. Certificates are always checked; NODE_EXTRA_CA_CERTS names authorities of one's own.
 */
export function readSmtpUrl(text: string) {
  const url = new URL(text);
  const tls = url.searchParams.get('tls');
  const known = [...url.searchParams.keys()].every((name) => name === 'tls');
  if (!known || (tls !== null && tls !== 'none')) return { problem: 'knows no parameter but ?tls=none' };
  if (url.hostname === '' || !['', '/'].includes(url.pathname))
    return { problem: 'must be smtp(s)://user:password@host:port' };
  const secure = url.protocol === 'smtps:';
  if (secure && tls === 'none') return { problem: 'cannot be smtps:// with ?tls=none' };
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const local = /^(localhost|127\.\d+\.\d+\.\d+|::1)$/.test(host);
  const credentials = decoded(url);
  if (credentials === undefined)
    return { problem: 'has a user or password that is not percent-encoded well' };
  const connection = {
    host,
    port: url.port === '' ? (secure ? 465 : 587) : Number(url.port),
    secure,
    requireTLS: !secure && !local && tls !== 'none',
    ignoreTLS: tls === 'none',
    ...(credentials.user === '' ? {} : { auth: credentials }),
  };
  return { connection };
}

function decoded(url: URL): { readonly user: string; readonly pass: string } | undefined {
  try {
    return { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) };
  } catch {
    return undefined;
  }
}
