import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));

export interface CommandResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningCommand {
  readonly child: ChildProcessByStdio<null, Readable, Readable>;
  readonly result: Promise<CommandResult>;
  /** Resolves when standard error has shown the text; rejects when the command ends before. */
  shows(wanted: string): Promise<void>;
}

/** The command line as people run it: a process in a folder of its own, with no settings but the given ones. */
export interface CommandLine {
  readonly folder: string;
  start(args: readonly string[], environment?: Readonly<Record<string, string>>): RunningCommand;
  run(args: readonly string[], environment?: Readonly<Record<string, string>>): Promise<CommandResult>;
  close(): Promise<void>;
}

export async function createCommandLine(common: Readonly<Record<string, string>> = {}): Promise<CommandLine> {
  const folder = await mkdtemp(join(tmpdir(), 'scriptorium-command-'));
  const start: CommandLine['start'] = (args, environment = {}) => {
    const child = spawn(process.execPath, [MAIN, ...args], {
      cwd: folder,
      env: { PATH: process.env.PATH, ...common, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const exit = new Promise<number | null>((resolve) => child.once('close', resolve));
    const result = Promise.all([exit, readText(child.stdout), readText(child.stderr)]).then(
      ([code, stdout, stderr]) => ({ code, stdout, stderr }),
    );
    const shows = (wanted: string) =>
      new Promise<void>((resolve, reject) => {
        let seen = '';
        child.stderr.on('data', (chunk: Buffer) => {
          seen += chunk.toString();
          if (seen.includes(wanted)) resolve();
        });
        void exit.then((code) => reject(new Error(`ended with ${code} and never said “${wanted}”: ${seen}`)));
      });
    return { child, result, shows };
  };
  return {
    folder,
    start,
    run: (args, environment) => start(args, environment).result,
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Where a server that was started serves; rejects when it ends before. */
export function servingAt({ child, result }: RunningCommand): Promise<string> {
  return new Promise((resolve, reject) => {
    let seen = '';
    child.stdout.on('data', (chunk: Buffer) => {
      seen += chunk.toString();
      const url = /^ready (\S+)$/m.exec(seen)?.[1];
      if (url) resolve(url);
    });
    void result.then(({ code, stderr }) =>
      reject(new Error(`ended with ${code} without serving: ${stderr}`)),
    );
  });
}

/** Empty where a test has stopped reading. */
function readText(stream: Readable): Promise<string> {
  return text(stream).catch(() => '');
}
