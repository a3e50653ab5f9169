import { defineConfig } from 'vitest/config';

const common = { environment: 'node' as const, testTimeout: 90_000, hookTimeout: 60_000 };

export default defineConfig({
  test: {
    reporters: ['default', './test/support/closing-line-reporter.ts'],
    maxWorkers: 2,
    projects: [
      { test: { ...common, name: 'pure', include: ['test/**/*.test.{ts,tsx}'], exclude: ['test/**/*.real.test.*'] } },
      {
        test: {
          ...common,
          name: 'real',
          include: ['test/**/*.real.test.{ts,tsx}'],
          globalSetup: ['test/support/postgres-for-tests.ts'],
        },
      },
    ],
  },
});
