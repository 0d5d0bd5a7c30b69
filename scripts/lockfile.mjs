// Keeps package-lock.json complete for every platform. Where the registry that npm used lacks an optional package of
// another platform, npm leaves it out of the lockfile without a word, and `npm ci` then refuses that lockfile everywhere.
// Writes the missing entries (name and version stand in the package that wants them; platform, in the name). With
// --check says what is missing. Runs on Node 20 without dependencies, because it mends what installs them.
import { readFileSync, writeFileSync } from 'node:fs';

const SYSTEMS = [
  'aix',
  'android',
  'darwin',
  'freebsd',
  'linux',
  'netbsd',
  'openbsd',
  'openharmony',
  'sunos',
  'win32',
];
const PROCESSORS = ['arm', 'arm64', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'x64'];
const EXACT = /^\d+\.\d+\.\d+(-[\w.]+)?$/;

const file = new URL('../package-lock.json', import.meta.url);
const lock = JSON.parse(readFileSync(file, 'utf8'));
const missing = missingEntries(lock);
const paths = Object.keys(missing);
if (paths.length > 0 && process.argv.includes('--check')) {
  console.error(`package-lock.json lacks ${paths.join(', ')}: run \`npm run lockfile\` and commit it.`);
  process.exitCode = 1;
} else if (paths.length > 0) {
  const all = Object.entries({ ...lock.packages, ...missing }).sort(([a], [b]) => a.localeCompare(b, 'en'));
  writeFileSync(file, `${JSON.stringify({ ...lock, packages: Object.fromEntries(all) }, null, 2)}\n`);
  console.log(`package-lock.json: ${paths.length} entries added`);
}

/** The entries, by path, that `lock` wants and does not have. Throws for one whose platform or version cannot be told. */
function missingEntries(lock) {
  const missing = {};
  for (const [path, entry] of Object.entries(lock.packages)) {
    for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
      if (`${path}/node_modules/${name}` in lock.packages || `node_modules/${name}` in lock.packages)
        continue;
      if (!EXACT.test(version)) throw new Error(`${name}: "${version}" is no exact version`);
      missing[`node_modules/${name}`] = {
        version,
        ...platformOf(name),
        ...(entry.dev ? { dev: true } : {}),
        optional: true,
      };
    }
  }
  return missing;
}

function platformOf(name) {
  const words = name.slice(name.lastIndexOf('/') + 1).split('-');
  const system = words.find((word) => SYSTEMS.includes(word));
  const processor = words.find((word) => PROCESSORS.includes(word));
  if (!system || !processor) throw new Error(`${name}: its name does not say its platform`);
  const libc = words.some((word) => word.startsWith('musl')) ? 'musl' : 'glibc';
  return { cpu: [processor], ...(system === 'linux' ? { libc: [libc] } : {}), os: [system] };
}
