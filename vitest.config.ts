import { defineConfig } from 'vitest/config';

const shared = { testTimeout: 60_000, hookTimeout: 60_000 } as const;

/** `server`: everything that needs nothing but Node. `services`: real PostgreSQL and Redis. `browser`: Chromium. */
export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      {
        test: {
          ...shared,
          name: 'server',
          include: [
            'server/**/*.test.ts',
            'scripts/**/*.test.ts',
            'bench/**/*.test.ts',
            'samples/**/*.test.ts',
            'client/**/*.test.ts',
            'web/src/**/*.test.ts',
          ],
          exclude: ['**/*.services.test.ts', '**/*.endurance.test.ts', '**/node_modules/**'],
        },
      },
      { test: { ...shared, name: 'services', include: ['server/**/*.services.test.ts'] } },
      {
        test: {
          ...shared,
          name: 'endurance',
          include: ['server/**/*.endurance.test.ts'],
          testTimeout: 1_200_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          ...shared,
          name: 'browser',
          include: ['web/e2e/**/*.test.ts'],
          fileParallelism: false,
          // Milliseconds. A page on a busy machine takes longer than the second of the default.
          expect: { poll: { timeout: 20_000 } },
        },
      },
    ],
  },
});
