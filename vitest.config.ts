import { defineConfig } from 'vitest/config';
import { findChromium } from './test/support/find-chromium.ts';
import { listFaultTestsOnBothQueues } from './test/support/on-both-queues.ts';
import { hasRedisServer } from './test/support/redis-server.ts';

/** How long something may take says nothing: what is waited for comes later on a busy machine. */
const common = {
  environment: 'node' as const,
  testTimeout: 120_000,
  hookTimeout: 90_000,
  expect: { poll: { timeout: 30_000 } },
};

/** Tests in a browser are left out where there is none, and say so; under CI its absence fails them. */
const hasBrowser = findChromium() !== undefined || process.env.CI === 'true';
if (!hasBrowser) console.log('Left out: tests in a browser; `apt-get install chromium` brings it.');

/** What concerns the queue runs on Redis too, under the same rule. */
const hasRedis = hasRedisServer() || process.env.CI === 'true';
if (!hasRedis) console.log('Left out: tests on Redis; `apt-get install redis-server` brings it.');
const onRedisAlone = 'test/faults/redis-*.real.test.ts';
const programAndPostgres = ['test/support/program-for-tests.ts', 'test/support/postgres-for-tests.ts'];

export default defineConfig({
  test: {
    reporters: ['default', './test/support/closing-line-reporter.ts'],
    maxWorkers: 4,
    projects: [
      {
        test: {
          ...common,
          name: 'pure',
          include: ['test/**/*.test.{ts,tsx}'],
          exclude: ['test/**/*.{real,browser}.test.*'],
        },
      },
      {
        test: {
          ...common,
          name: 'real',
          include: ['test/**/*.real.test.{ts,tsx}'],
          exclude: [onRedisAlone],
          globalSetup: programAndPostgres,
        },
      },
      ...(hasRedis
        ? [
            {
              test: {
                ...common,
                name: 'redis',
                include: [
                  ...listFaultTestsOnBothQueues(),
                  'test/platform/queue*.real.test.ts',
                  'test/workers/*.real.test.ts',
                ],
                globalSetup: [...programAndPostgres, 'test/support/redis-for-tests.ts'],
              },
            },
          ]
        : []),
      ...(hasBrowser
        ? [
            {
              test: {
                ...common,
                name: 'browser',
                include: ['test/**/*.browser.test.{ts,tsx}'],
              },
            },
          ]
        : []),
    ],
  },
});
