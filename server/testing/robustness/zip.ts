import { crc32, deflateRawSync } from 'node:zlib';

export interface RawEntry {
  readonly name: string;
  readonly content: Uint8Array;
  /** What the headers claim, where that is a lie. Bytes. */
  readonly claimedSize?: number;
  /** Sets the flag that says the entry is encrypted. */
  readonly encrypted?: boolean;
  readonly stored?: boolean;
}

/** Writes a ZIP (PKWARE APPNOTE 6.3, no ZIP64) that may be wrong on purpose: two entries of one name, paths that climb, false sizes. */
export function rawZip(entries: readonly RawEntry[]): Buffer<ArrayBuffer> {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const entry of entries) {
    const name = Buffer.from(entry.name, 'utf8');
    const data = entry.stored ? Buffer.from(entry.content) : deflateRawSync(entry.content, { level: 9 });
    const fields = commonFields(entry, data.length, name.length);
    const local = Buffer.concat([u32(0x04034b50), fields, u16(0), name, data]);
    directory.push(
      Buffer.concat([
        u32(0x02014b50),
        u16(20),
        fields,
        u16(0),
        u16(0),
        u16(0),
        u16(0),
        u32(0),
        u32(offset),
        name,
      ]),
    );
    parts.push(local);
    offset += local.length;
  }
  const central = Buffer.concat(directory);
  const count = u16(entries.length);
  const end = Buffer.concat([
    u32(0x06054b50),
    u16(0),
    u16(0),
    count,
    count,
    u32(central.length),
    u32(offset),
    u16(0),
  ]);
  return Buffer.concat([...parts, central, end]);
}

/** From "version needed to extract" to "file name length": the same in both headers. */
function commonFields(entry: RawEntry, compressed: number, nameLength: number): Buffer {
  const flags = 0x0800 | (entry.encrypted ? 1 : 0);
  const size = entry.claimedSize ?? entry.content.length;
  return Buffer.concat([
    u16(20),
    u16(flags),
    u16(entry.stored ? 0 : 8),
    u32(0),
    u32(crc32(entry.content)),
    u32(compressed),
    u32(size),
    u16(nameLength),
  ]);
}

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value >>> 0);
  return bytes;
}
