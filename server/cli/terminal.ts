import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { stripVTControlCharacters, styleText } from 'node:util';
import { CommandError, EXIT, wrongUse } from './command-error.ts';

type Output = Writable & { readonly isTTY?: boolean; readonly columns?: number };

export interface TerminalStreams {
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly stdout: Output;
  readonly stderr: Output;
}

/** Results go to standard output; progress, questions and everything else to standard error. */
export interface Terminal {
  print(line: string): void;
  /** Result text without a line break behind it. */
  write(text: string): void;
  /** `write` of much text, no faster than it is read. */
  writeAll(texts: AsyncIterable<string>): Promise<void>;
  printError(line: string): void;
  /** `print` of one JSON document. */
  printJson(value: unknown): void;
  /** Marks text on standard output, where that is a terminal and NO_COLOR is not set. */
  style(format: Parameters<typeof styleText>[0], text: string): string;
  /** A line on standard error that the next one replaces; null where standard error is no terminal. */
  readonly status: ((line: string) => void) | null;
  /** Columns of standard error. */
  readonly columns: number;
  /** Reads a line without showing it. Throws where nobody can type. */
  askSecret(question: string, insteadOfTyping: string): Promise<string>;
}

const CLEAR_LINE = '\r\u001b[2K';

export function createTerminal({ stdin, stdout, stderr }: TerminalStreams): Terminal {
  const print = (line: string) => void stdout.write(`${line}\n`);
  return {
    print,
    write: (text) => void stdout.write(text),
    writeAll: async (texts) => {
      for await (const text of texts) if (!stdout.write(text)) await once(stdout, 'drain');
    },
    printError: (line) => void stderr.write(`${line}\n`),
    printJson: (value) => print(JSON.stringify(value, null, 2)),
    style: (format, text) => styleText(format, text, { stream: stdout }),
    status: stderr.isTTY ? (line) => void stderr.write(CLEAR_LINE + line) : null,
    get columns() {
      // A terminal that was never told its size says 0.
      return stderr.columns || 80;
    },
    askSecret: async (question, insteadOfTyping) => {
      if (!stdin.isTTY) throw wrongUse(`There is no terminal to ask for the password in. ${insteadOfTyping}`);
      return askWithoutEcho(stdin, stderr, question);
    },
  };
}

async function askWithoutEcho(
  input: NodeJS.ReadableStream,
  output: Output,
  question: string,
): Promise<string> {
  output.write(question);
  // readline edits the line (backspace, ^U) and would show it; what it writes goes nowhere.
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input, output: nowhere, terminal: true, historySize: 0 });
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  lines.once('line', resolve);
  lines.once('SIGINT', () => reject(new CommandError('Interrupted.', EXIT.interrupted)));
  lines.once('close', () => reject(wrongUse('No password was typed.')));
  try {
    return await promise;
  } finally {
    lines.close();
    output.write('\n');
  }
}

/** Text from files, servers and models must not steer the terminal that shows it: no escape sequences, no control characters. */
export function printable(text: string): string {
  return stripVTControlCharacters(text).replace(/[\p{Cc}\p{Bidi_Control}]/gu, (character) =>
    character === '\n' || character === '\t' ? character : '',
  );
}

/** `printable` on one line. */
export function oneLine(text: string): string {
  return printable(text).replace(/\s+/g, ' ').trim();
}
