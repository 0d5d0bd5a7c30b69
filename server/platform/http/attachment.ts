import type { FastifyReply } from 'fastify';

/** A stored file as the answer. An upload never runs or renders in the app's origin. */
export function asAttachment(
  reply: FastifyReply,
  fileName: string,
  mediaType: string,
  size: number,
): FastifyReply {
  return reply
    .header('content-disposition', attachmentNamed(fileName))
    .header('content-security-policy', "sandbox; default-src 'none'")
    .header('x-content-type-options', 'nosniff')
    .header('content-length', size)
    .type(mediaType);
}

/** Controls, and marks that turn the direction of text: with one, `annexe\u202ecod.exe` reads as `annexeexe.doc`. */
const INVISIBLE = /[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}]/gu;

/**
 * `Content-Disposition` with the last part of a path as the name: plain in `filename`, whole in `filename*` (RFC 6266, 4.3
 * and appendix D; RFC 8187).
 */
export function attachmentNamed(path: string): string {
  const last = path.toWellFormed().split(/[/\\]/).at(-1) ?? '';
  const visible = last.replace(INVISIBLE, '').trim();
  const name = /^\.*$/.test(visible) ? 'file' : visible;
  const plain = name.replace(/[^\x20-\x7e]|["%]/g, '_');
  const whole = encodeURIComponent(name).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${whole}`;
}
