import type { Reporter, TestModule } from 'vitest/node';

/** Prints `N passed, N failed, N skipped` alone on the last line; a file that cannot run counts as a failure. */
export default class ClosingLineReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const count = { passed: 0, failed: errors.length, skipped: 0 };
    for (const module of modules) {
      if (module.errors().length > 0) count.failed += 1;
      for (const test of module.children.allTests()) {
        const state = test.result().state;
        if (state === 'passed' || state === 'failed') count[state] += 1;
        else count.skipped += 1;
      }
    }
    // After the default reporter's own summary.
    process.once('exit', (status) => {
      // A run that could not begin (no server, no test found) has no test to blame.
      const failed = status === 0 ? count.failed : Math.max(count.failed, 1);
      process.stdout.write(`\n${count.passed} passed, ${failed} failed, ${count.skipped} skipped\n`);
    });
  }
}
