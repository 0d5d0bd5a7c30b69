// Makes a fresh clone runnable on any Node >= 20 with no dependency of its own: installs exactly what the lockfile
// says when node_modules differs from it, and (with --console) builds the web console when its sources changed.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
process.chdir(root);

const [major] = process.versions.node.split('.').map(Number);
if (major < 20) fail(`Scriptorium needs Node 20 or newer; this is ${process.version}.`);

if (dependenciesDiffer()) {
  console.log('Installing dependencies (once)…');
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
}
if (process.argv.includes('--console')) buildConsole();

function dependenciesDiffer() {
  const wanted = JSON.parse(readFileSync('package-lock.json', 'utf8')).packages;
  const marker = 'node_modules/.package-lock.json';
  const installed = existsSync(marker) ? JSON.parse(readFileSync(marker, 'utf8')).packages : {};
  const production = process.env.NODE_ENV === 'production';
  return Object.entries(wanted).some(([path, entry]) => {
    if (path === '' || entry.optional || entry.devOptional || (entry.dev && production)) return false;
    return installed[path]?.version !== entry.version;
  });
}

function buildConsole() {
  if (!existsSync('web/vite.config.ts')) return;
  const stamp = 'web/dist/.built-from';
  const hash = createHash('sha256');
  for (const file of ['package-lock.json', ...walk('web'), ...walk('client')]) hash.update(file).update(readFileSync(file));
  const wanted = hash.digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  console.log('Building the console (once)…');
  run(process.execPath, ['node_modules/vite/bin/vite.js', 'build', '--config', 'web/vite.config.ts', '--logLevel', 'warn']);
  mkdirSync('web/dist', { recursive: true });
  writeFileSync(stamp, wanted);
}

function walk(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .filter((path) => !/[\\/](dist|e2e|node_modules)[\\/]/.test(path))
    .sort();
}

function run(command, args) {
  const result = spawnSync(command, args, { stdio: 'inherit', shell: process.platform === 'win32' && command === 'npm' });
  if (result.status !== 0) fail(`\`${command} ${args.join(' ')}\` did not finish (exit ${result.status ?? result.signal}).`);
}

function fail(sentence) {
  console.error(sentence);
  process.exit(1);
}
