// The README's first command, on an empty data folder: it becomes ready, answers, and ends on SIGTERM.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const READY_WITHIN_MS = 150_000; // the console is built on the way
const STOP_WITHIN_MS = 30_000;

const data = mkdtempSync(join(tmpdir(), 'scriptorium-start-'));
const server = spawn('npm', ['start'], {
  env: { ...process.env, PORT: '0', DATA_DIR: data },
  detached: true,
});
const ended = new Promise((resolve) => server.once('exit', (code, signal) => resolve(code ?? signal)));
let said = '';
for (const stream of [server.stdout, server.stderr]) stream.on('data', (chunk) => (said += chunk));

try {
  const origin = await within(READY_WITHIN_MS, 'no "ready http://HOST:PORT"', readyLine());
  for (const path of ['/health/live', '/health/ready', '/api/v1/openapi.json', '/']) {
    const { status } = await fetch(origin + path);
    console.log(`${status} ${path}`);
    if (status !== 200) throw new Error(`GET ${path} answered ${status}`);
  }
  process.kill(-server.pid, 'SIGTERM');
  const code = await within(STOP_WITHIN_MS, 'it did not stop on SIGTERM', ended);
  if (code !== 0 && code !== 'SIGTERM') throw new Error(`it ended with ${code}`);
} catch (error) {
  console.log(said);
  console.error(`npm start: ${error.message}`);
  process.exitCode = 1;
} finally {
  if (server.exitCode === null && server.signalCode === null) process.kill(-server.pid, 'SIGKILL');
  await ended;
  rmSync(data, { recursive: true });
}

function readyLine() {
  return new Promise((resolve, reject) => {
    server.stdout.on('data', () => {
      const match = /ready (http:\/\/\S+)/.exec(said);
      if (match) resolve(match[1]);
    });
    ended.then((code) => reject(new Error(`it ended before it was ready (${code})`)));
  });
}

async function within(ms, complaint, promise) {
  let timer;
  const limit = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${complaint} within ${ms / 1000} s`)), ms);
  });
  return Promise.race([promise, limit]).finally(() => clearTimeout(timer));
}
