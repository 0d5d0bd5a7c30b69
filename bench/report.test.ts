import { expect, test } from 'vitest';
import { meetsGoal, type Report, toMarkdown } from './report.ts';

const report: Report = {
  at: '2026-01-02T03:04:05.000Z',
  commit: 'abc1234',
  machine: {
    cpu: 'a processor',
    cores: 2,
    memoryGb: 8,
    os: 'Linux 6',
    node: '24.0.0',
    load: 0.5,
    spinMs: 12.34,
  },
  parts: [
    {
      part: 'ingest',
      figures: [
        { name: 'time', value: 61.25, unit: 's', goal: { atMost: 60 } },
        { name: 'rate', value: 1234.5, unit: '/s', goal: { atLeast: 1000 } },
        { name: 'size', value: 3, unit: 'MB' },
      ],
      notes: ['one process'],
    },
  ],
};

test('a goal is met on its own side, and at its edge', () => {
  const figure = { name: '', unit: '', value: 60 };
  expect(meetsGoal({ ...figure, goal: { atMost: 60 } })).toBe(true);
  expect(meetsGoal({ ...figure, goal: { atMost: 59 } })).toBe(false);
  expect(meetsGoal({ ...figure, goal: { atLeast: 60 } })).toBe(true);
  expect(meetsGoal({ ...figure, goal: { atLeast: 61 } })).toBe(false);
  expect(meetsGoal(figure)).toBeUndefined();
});

test('the table says the machine, the goals and what missed them', () => {
  const markdown = toMarkdown(report);
  expect(markdown).toContain('a processor, 2 cores, 8 GB');
  expect(markdown).toContain('| ingest | time | 61.3 s | ≤ 60 | **no** |');
  expect(markdown).toContain('| ingest | rate | 1,235 /s | ≥ 1,000 | yes |');
  expect(markdown).toContain('| ingest | size | 3 MB |  |  |');
  expect(markdown).toContain('- ingest: one process');
});
