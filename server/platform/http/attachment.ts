import type { FastifyReply } from 'fastify';

/** A stored file as the answer. An upload never runs or renders in the app's origin (RFC 6266 for the name). */
export function asAttachment(
  reply: FastifyReply,
  fileName: string,
  mediaType: string,
  size: number,
): FastifyReply {
  const base = fileName.split('/').at(-1) ?? fileName;
  const ascii = base.replace(/[^\x20-\x7e]|["\\%]/g, '_');
  const encoded = encodeURIComponent(base).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return reply
    .header('content-disposition', `attachment; filename="${ascii}"; filename*=UTF-8''${encoded}`)
    .header('content-security-policy', "sandbox; default-src 'none'")
    .header('x-content-type-options', 'nosniff')
    .header('content-length', size)
    .type(mediaType);
}
