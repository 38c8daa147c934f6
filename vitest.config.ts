import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['**/*.test.ts'],
    exclude: ['node_modules/**', 'var/**'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Two cores are what a small machine has; every worker may start a PostgreSQL of its own.
    maxWorkers: 2,
    // Modules are loaded once per worker: loading the kernel for each of a hundred files would cost more than the tests.
    isolate: false,
  },
});
