import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { defineConfig } from 'vitest/config';

/** The files of test/ start the whole product and take longest; begun first, they do not keep everybody waiting at the end. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isWhole = (file: TestSpecification) => file.moduleId.includes('/test/');
    return [...sorted.filter(isWhole), ...sorted.filter((file) => !isWhole(file))];
  }
}

export default defineConfig({
  test: {
    include: ['**/*.test.ts'],
    exclude: ['node_modules/**', 'var/**'],
    // Answers are held to what their routes describe.
    env: { CITYCARD_CHECK_ANSWERS: 'on' },
    testTimeout: 60_000,
    hookTimeout: 180_000,
    // Two cores are what a small machine has; every worker may start a PostgreSQL of its own.
    maxWorkers: 2,
    // Modules are loaded once per worker: loading the kernel for each of a hundred files would cost more than the tests.
    isolate: false,
    sequence: { sequencer: LongestFirst },
  },
});
