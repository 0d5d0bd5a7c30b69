import { posix } from 'node:path';
import { Archive } from '../../archive.ts';
import { ParseError } from '../../failures.ts';
import { attribute, descendants, readXmlTree, type XmlNode } from '../../xml.ts';

/** The parts of an Open Packaging archive, found by their relations (ECMA-376 part 2) and not by their usual names. */
export class OpcPackage {
  readonly #archive: Archive;

  constructor(archive: Archive) {
    this.#archive = archive;
  }

  /** The parts that `source` (the package itself where empty) relates to, by the last word of the relation's type. */
  async relations(source: string): Promise<Map<string, string>> {
    const folder = posix.dirname(source);
    const name =
      source === '' ? '_rels/.rels' : posix.join(folder, '_rels', `${posix.basename(source)}.rels`);
    const bytes = await this.#archive.read(name);
    const parts = new Map<string, string>();
    if (!bytes) return parts;
    for (const relation of descendants(readXmlTree(bytes), 'Relationship')) {
      const type = attribute(relation.attributes, 'Type')?.split('/').at(-1);
      const target = attribute(relation.attributes, 'Target');
      // What lies outside the file is never looked at.
      if (!type || !target || attribute(relation.attributes, 'TargetMode') === 'External') continue;
      const path = target.startsWith('/') ? target.slice(1) : posix.join(source === '' ? '' : folder, target);
      if (!parts.has(type)) parts.set(type, path);
    }
    return parts;
  }

  async bytes(name: string | undefined): Promise<Buffer | null> {
    return name === undefined ? null : this.#archive.read(name);
  }

  /** A part as a tree, null where it does not exist. */
  async tree(name: string | undefined): Promise<XmlNode | null> {
    const bytes = await this.bytes(name);
    return bytes ? readXmlTree(bytes) : null;
  }
}

export interface WordParts {
  readonly document: Buffer;
  readonly styles: XmlNode | null;
  readonly numbering: XmlNode | null;
  readonly footnotes: Buffer | null;
  readonly endnotes: Buffer | null;
  readonly core: XmlNode | null;
}

export async function readWordParts(bytes: Uint8Array): Promise<WordParts> {
  const pack = new OpcPackage(await Archive.fromBytes(bytes));
  const root = await pack.relations('');
  const main = root.get('officeDocument') ?? 'word/document.xml';
  const document = await pack.bytes(main);
  if (!document) throw new ParseError('library.damaged_file');
  const parts = await pack.relations(main);
  return {
    document,
    styles: await pack.tree(parts.get('styles')),
    numbering: await pack.tree(parts.get('numbering')),
    footnotes: await pack.bytes(parts.get('footnotes')),
    endnotes: await pack.bytes(parts.get('endnotes')),
    core: await pack.tree(root.get('core-properties')),
  };
}
