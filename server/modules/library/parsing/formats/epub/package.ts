import { posix } from 'node:path';
import { Archive } from '../../archive.ts';
import { ParseError } from '../../failures.ts';
import { attribute, childOf, deepText, descendants, readXmlTree, type XmlNode } from '../../xml.ts';

export interface Chapter {
  /** Name of the part in the archive. */
  readonly name: string;
  readonly mediaType: string;
}

export interface Book {
  readonly archive: Archive;
  readonly title: string | null;
  readonly authors: readonly string[];
  readonly language: string | null;
  /** In the order of the spine, each part once. */
  readonly chapters: readonly Chapter[];
  /** Titles of the table of contents by part name, and by `name#fragment`. */
  readonly titles: ReadonlyMap<string, string>;
}

interface ManifestItem {
  readonly name: string;
  readonly mediaType: string;
  readonly properties: string;
}

/** Fonts may be obfuscated without any key that a reader lacks (EPUB OCF 3.3, 4.4). */
const FONT_OBFUSCATION = new Set(['http://www.idpf.org/2008/embedding', 'http://ns.adobe.com/pdf/enc#RC']);

/** The name of a part that `href` in `from` points to; null where it leads out of the archive or to the network. */
export function resolvePart(from: string, href: string): { name: string; fragment: string } | null {
  const [path = '', fragment = ''] = href.trim().split('#');
  if (/^[a-z][a-z\d+.-]*:/i.test(path) || path.startsWith('//')) return null;
  let decoded = path;
  try {
    decoded = decodeURIComponent(path);
  } catch {
    // A stray percent sign: the name is meant as it stands.
  }
  const joined =
    decoded === '' ? from : posix.join(decoded.startsWith('/') ? '' : posix.dirname(from), decoded);
  const name = posix.normalize(joined).replace(/^\/+/, '');
  return name.startsWith('..') ? null : { name, fragment };
}

async function tree(archive: Archive, name: string): Promise<XmlNode | null> {
  const bytes = await archive.read(name);
  return bytes ? readXmlTree(bytes, true) : null;
}

async function refuseEncrypted(archive: Archive): Promise<void> {
  const root = await tree(archive, 'META-INF/encryption.xml');
  for (const data of root ? descendants(root, 'EncryptedData') : []) {
    const method = childOf(data, 'EncryptionMethod');
    const algorithm = method ? attribute(method.attributes, 'Algorithm') : null;
    if (algorithm === null || !FONT_OBFUSCATION.has(algorithm))
      throw new ParseError('library.encrypted_file');
  }
}

async function packageName(archive: Archive): Promise<string> {
  const container = await tree(archive, 'META-INF/container.xml');
  for (const file of container ? descendants(container, 'rootfile') : []) {
    const path = attribute(file.attributes, 'full-path');
    const resolved = path === null ? null : resolvePart('', path);
    if (path !== null && !resolved) throw new ParseError('library.unsafe_archive');
    if (resolved && archive.has(resolved.name)) return resolved.name;
  }
  throw new ParseError('library.damaged_file');
}

function readManifest(root: XmlNode, opf: string): Map<string, ManifestItem> {
  const items = new Map<string, ManifestItem>();
  for (const item of descendants(root, 'item')) {
    const id = attribute(item.attributes, 'id');
    const part = resolvePart(opf, attribute(item.attributes, 'href') ?? '');
    if (id === null || !part) continue;
    items.set(id, {
      name: part.name,
      mediaType: attribute(item.attributes, 'media-type') ?? '',
      properties: attribute(item.attributes, 'properties') ?? '',
    });
  }
  return items;
}

function texts(root: XmlNode, name: string): string[] {
  const metadata = descendants(root, 'metadata').next().value;
  return metadata
    ? [...descendants(metadata, name)].map((node) => deepText(node).trim()).filter(Boolean)
    : [];
}

function addTitle(titles: Map<string, string>, from: string, href: string | null, title: string): void {
  const part = href === null ? null : resolvePart(from, href);
  const text = title.replace(/\s+/g, ' ').trim();
  if (!part || text === '') return;
  const key = part.fragment === '' ? part.name : `${part.name}#${part.fragment}`;
  if (!titles.has(key)) titles.set(key, text);
}

/** EPUB 3: the entries of `nav epub:type="toc"`. */
function readNavigation(root: XmlNode, name: string, titles: Map<string, string>): void {
  const navs = [...descendants(root, 'nav')];
  const toc = navs.find((nav) => /\btoc\b/.test(attribute(nav.attributes, 'epub:type') ?? '')) ?? navs[0];
  for (const link of toc ? descendants(toc, 'a') : [])
    addTitle(titles, name, attribute(link.attributes, 'href'), deepText(link));
}

/** EPUB 2: the NCX. */
function readNcx(root: XmlNode, name: string, titles: Map<string, string>): void {
  for (const point of descendants(root, 'navPoint')) {
    const label = childOf(point, 'navLabel');
    const content = childOf(point, 'content');
    if (label && content) addTitle(titles, name, attribute(content.attributes, 'src'), deepText(label));
  }
}

async function readTitles(
  archive: Archive,
  manifest: Map<string, ManifestItem>,
): Promise<Map<string, string>> {
  const titles = new Map<string, string>();
  for (const item of manifest.values()) {
    const isNavigation = item.properties.split(/\s+/).includes('nav');
    if (!isNavigation && item.mediaType !== 'application/x-dtbncx+xml') continue;
    const root = await tree(archive, item.name);
    if (root && isNavigation) readNavigation(root, item.name, titles);
    else if (root) readNcx(root, item.name, titles);
  }
  return titles;
}

/** Opens a book: container, package, spine and contents (EPUB 2.0.1 and 3.3). Throws `ParseError`. */
export async function openBook(bytes: Uint8Array): Promise<Book> {
  const archive = await Archive.fromBytes(bytes);
  await refuseEncrypted(archive);
  const opf = await packageName(archive);
  const root = await tree(archive, opf);
  if (!root) throw new ParseError('library.damaged_file');
  const manifest = readManifest(root, opf);
  const chapters = new Map<string, Chapter>();
  for (const reference of descendants(root, 'itemref')) {
    const item = manifest.get(attribute(reference.attributes, 'idref') ?? '');
    if (item && !item.properties.split(/\s+/).includes('nav')) chapters.set(item.name, item);
  }
  return {
    archive,
    title: texts(root, 'title')[0] ?? null,
    authors: texts(root, 'creator'),
    language: texts(root, 'language')[0] ?? null,
    chapters: [...chapters.values()],
    titles: await readTitles(archive, manifest),
  };
}
