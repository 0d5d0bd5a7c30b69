// count.mjs REPORT EXIT_CODE: prints `passed failed skipped` from vitest's JSON report. A file that did not load, a run
// that ended without a report and an exit code that no failed test explains each count as one failure.
import { existsSync, readFileSync } from 'node:fs';

const [path, code] = process.argv.slice(2);
const counts = { passed: 0, failed: 0, skipped: 0 };

if (existsSync(path)) {
  for (const file of JSON.parse(readFileSync(path, 'utf8')).testResults) {
    if (file.status === 'failed' && file.assertionResults.every((test) => test.status !== 'failed'))
      counts.failed += 1;
    for (const test of file.assertionResults) {
      if (test.status === 'passed' || test.status === 'failed') counts[test.status] += 1;
      else counts.skipped += 1;
    }
  }
}
const ran = counts.passed + counts.failed + counts.skipped > 0;
if (counts.failed === 0 && (code !== '0' || !ran)) counts.failed = 1;
console.log(`${counts.passed} ${counts.failed} ${counts.skipped}`);
