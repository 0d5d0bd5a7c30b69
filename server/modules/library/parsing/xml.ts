import { Parser } from 'htmlparser2';
import { decodeText } from './encoding.ts';
import { ParseError } from './failures.ts';

/** Elements within elements; real documents stay below a hundred. */
const MAX_DEPTH = 500;

export type XmlAttributes = Readonly<Record<string, string>>;

export interface XmlEvents {
  open(name: string, attributes: XmlAttributes): void;
  text(data: string): void;
  close(name: string): void;
}

/** Decodes XML bytes: byte order mark, UTF-8, or the encoding of the XML declaration. */
export function decodeXml(bytes: Uint8Array): string {
  const declared = /encoding\s*=\s*["']([\w.:-]{2,40})["']/.exec(
    Buffer.from(bytes.subarray(0, 200)).toString('latin1'),
  )?.[1];
  const text = decodeText(bytes, { declared: declared ?? null });
  if (text === null) throw new ParseError('library.damaged_file');
  return text;
}

/**
 * Reads XML as events. No document type is accepted unless `allowDoctype` (a plain `<!DOCTYPE html>` is common in books),
 * and entities are never defined by a document: nothing is expanded, and nothing is fetched.
 * Throws `unsafe_archive` on a document type and `damaged_file` on deep nesting.
 */
export function readXml(text: string, events: XmlEvents, allowDoctype = false): void {
  let depth = 0;
  const parser = new Parser(
    {
      onopentag: (name, attributes) => {
        depth += 1;
        if (depth > MAX_DEPTH)
          throw new ParseError(
            'library.damaged_file',
            'The file is nested too deeply to be read. Simplify it and retry.',
          );
        events.open(name, attributes);
      },
      ontext: (data) => events.text(data),
      onclosetag: (name) => {
        depth -= 1;
        events.close(name);
      },
      onprocessinginstruction: (name) => {
        if (!allowDoctype && /^!(?:doctype|entity)/i.test(name)) {
          throw new ParseError(
            'library.unsafe_archive',
            'The file defines entities of its own, which is not allowed. Save it again with a usual program and retry.',
          );
        }
      },
    },
    { xmlMode: true, decodeEntities: true },
  );
  parser.end(text);
}

export interface XmlNode {
  /** Without its prefix. */
  readonly name: string;
  readonly attributes: XmlAttributes;
  readonly children: XmlNode[];
  text: string;
}

/** The name without its namespace prefix. */
export function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

/** An attribute by its name without prefix. */
export function attribute(attributes: XmlAttributes, name: string): string | null {
  const direct = attributes[name];
  if (direct !== undefined) return direct;
  const key = Object.keys(attributes).find((candidate) => localName(candidate) === name);
  return key === undefined ? null : (attributes[key] ?? null);
}

/** A small file (relations, styles, package) as a tree; `text` is the text directly inside. */
export function readXmlTree(bytes: Uint8Array, allowDoctype = false): XmlNode {
  const root: XmlNode = { name: '', attributes: {}, children: [], text: '' };
  const stack = [root];
  readXml(
    decodeXml(bytes),
    {
      open: (name, attributes) => {
        const node: XmlNode = { name: localName(name), attributes, children: [], text: '' };
        stack.at(-1)?.children.push(node);
        stack.push(node);
      },
      text: (data) => {
        const node = stack.at(-1);
        if (node) node.text += data;
      },
      close: () => {
        stack.pop();
      },
    },
    allowDoctype,
  );
  return root;
}

/** Every descendant of this name, in document order. */
export function* descendants(node: XmlNode, name: string): Generator<XmlNode> {
  for (const child of node.children) {
    if (child.name === name) yield child;
    yield* descendants(child, name);
  }
}

export function childOf(node: XmlNode | undefined, name: string): XmlNode | undefined {
  return node?.children.find((child) => child.name === name);
}

/** The text of a node and all below it. */
export function deepText(node: XmlNode): string {
  return node.children.length === 0 ? node.text : node.text + node.children.map(deepText).join(' ');
}
