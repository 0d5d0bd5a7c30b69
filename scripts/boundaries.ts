import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { checkDependencies } from './boundaries/dependency-rules.ts';
import { checkSource } from './boundaries/source-rules.ts';
import type { Violation } from './boundaries/violation.ts';

// The rules of ARCHITECTURE.md that a machine can check. `npm run boundaries` prints what breaks them.

const FOLDERS = ['server', 'client', 'web', 'scripts', 'bench', 'samples'];
const NOT_OURS = /(^|\/)(node_modules|dist)\//;

export interface Report {
  /** How many source files were checked. */
  readonly files: number;
  readonly violations: readonly Violation[];
}

/** Checks the repository at `root`. A file that could not be checked is a violation, and so is an empty repository. */
export async function checkBoundaries(root: string): Promise<Report> {
  const folders = FOLDERS.filter((folder) => existsSync(join(root, folder)));
  const sources = folders.flatMap((folder) => sourcesIn(root, folder));
  if (sources.length === 0) {
    return { files: 0, violations: [{ rule: 'coverage', file: '.', detail: '0 files checked' }] };
  }
  const dependencies = await checkDependencies(root, folders);
  const read = new Set(dependencies.files);
  const passedOver = sources.filter((file) => !read.has(file));
  return {
    files: sources.length,
    violations: [
      ...passedOver.map((file) => ({ rule: 'coverage', file, detail: 'its imports were not checked' })),
      ...dependencies.violations,
      ...sources.flatMap((file) => checkSource(file, readFileSync(join(root, file), 'utf8'))),
    ],
  };
}

function sourcesIn(root: string, folder: string): readonly string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((path) => `${folder}/${path.replaceAll('\\', '/')}`)
    .filter((path) => /\.tsx?$/.test(path) && !NOT_OURS.test(path))
    .sort();
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { files, violations } = await checkBoundaries(fileURLToPath(new URL('..', import.meta.url)));
  for (const { rule, file, line, detail } of violations) {
    console.error(`${file}${line === undefined ? '' : `:${line}`}  ${rule}: ${detail}`);
  }
  console.log(`boundaries: ${files} files checked, ${violations.length} violations`);
  if (violations.length > 0) process.exitCode = 1;
}
