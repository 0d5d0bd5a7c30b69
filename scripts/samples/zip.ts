import JSZip from 'jszip';

/** ZIP keeps no time zone and nothing before 1980; one fixed moment for every entry makes the archive repeatable. */
const entryDate = new Date('2025-01-01T00:00:00Z');

/**
 * The same entries always give the same bytes. `stored` entries are not compressed: EPUB (OCF 3.3, 4.3) wants its
 * `mimetype` first and stored.
 */
export async function makeZip(
  entries: readonly {
    readonly path: string;
    readonly content: string | Uint8Array;
    readonly stored?: boolean;
  }[],
): Promise<Uint8Array> {
  const zip = new JSZip();
  for (const { path, content, stored } of entries) {
    zip.file(path, content, {
      date: entryDate,
      createFolders: false,
      compression: stored ? 'STORE' : 'DEFLATE',
    });
  }
  return zip.generateAsync({ type: 'uint8array', platform: 'DOS', compressionOptions: { level: 9 } });
}

/** The entries of an archive in their order, ready for `makeZip`. */
export async function readZip(bytes: Uint8Array): Promise<{ path: string; content: Uint8Array }[]> {
  const zip = await JSZip.loadAsync(bytes);
  const files = Object.values(zip.files).filter((entry) => !entry.dir);
  return Promise.all(
    files.map(async (entry) => ({ path: entry.name, content: await entry.async('uint8array') })),
  );
}

export function escapeXml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
