// Makes a fresh clone runnable on any Node >= 20 with no dependency of its own: installs exactly what the lockfile
// says when node_modules differs from it, and (with --console) builds the web console when its sources changed.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
process.chdir(root);
const STAMP = 'web/dist/.built-from';

const [major] = process.versions.node.split('.').map(Number);
if (major < 20) fail(`Scriptorium needs Node 20 or newer; this is ${process.version}.`);

const consoleHash = process.argv.includes('--console') ? staleConsole() : undefined;
// Only development and the console's build need the development packages.
const withDev = process.env.NODE_ENV !== 'production' || consoleHash !== undefined;
if (dependenciesDiffer()) {
  console.log('Installing dependencies (once)…');
  run('npm', ['ci', withDev ? '--include=dev' : '--omit=dev', '--no-audit', '--no-fund', '--loglevel=error']);
}
const node = nodeOfTheLockfile();
if (consoleHash !== undefined) buildConsole(consoleHash);

function dependenciesDiffer() {
  const wanted = JSON.parse(readFileSync('package-lock.json', 'utf8')).packages;
  const marker = 'node_modules/.package-lock.json';
  const installed = existsSync(marker) ? JSON.parse(readFileSync(marker, 'utf8')).packages : {};
  return Object.entries(wanted).some(([path, entry]) => {
    if (path === '' || (entry.dev && !withDev)) return false;
    // Packages of other platforms are never there.
    if ((entry.optional || entry.devOptional) && !installed[path]) return false;
    return installed[path]?.version !== entry.version;
  });
}

/** npm puts `node_modules/.bin` first in the path of its scripts: this is the Node that `npm start` runs. */
function nodeOfTheLockfile() {
  const path = join('node_modules', '.bin', process.platform === 'win32' ? 'node.cmd' : 'node');
  if (existsSync(path)) return path;
  if (major >= 24) return process.execPath;
  fail(
    `No Node 24 could be installed for ${process.platform} ${process.arch}: install one, and start again with it.`,
  );
}

/** What the console would be built from now, as a hash, or undefined where it was built from exactly that. */
function staleConsole() {
  if (!existsSync('web/vite.config.ts')) return undefined;
  const hash = createHash('sha256');
  for (const file of ['package-lock.json', ...walk('web'), ...walk('client')])
    hash.update(file).update(readFileSync(file));
  const wanted = hash.digest('hex');
  return existsSync(STAMP) && readFileSync(STAMP, 'utf8') === wanted ? undefined : wanted;
}

function buildConsole(hash) {
  console.log('Building the console (once)…');
  run(node, [
    'node_modules/vite/bin/vite.js',
    'build',
    '--config',
    'web/vite.config.ts',
    '--logLevel',
    'warn',
  ]);
  mkdirSync('web/dist', { recursive: true });
  writeFileSync(STAMP, hash);
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
  const result = spawnSync(command, args, {
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (result.status !== 0)
    fail(`\`${command} ${args.join(' ')}\` did not finish (exit ${result.status ?? result.signal}).`);
}

function fail(sentence) {
  console.error(sentence);
  process.exit(1);
}
