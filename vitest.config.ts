import { defineConfig } from "vitest/config"

/**
 * What every project shares: no network beyond loopback, no mock left behind. The timeout only ends what
 * hangs; it is far above what any test takes on a busy machine.
 */
const shared = {
  setupFiles: ["test/setup/loopback-only.ts"],
  restoreMocks: true,
  testTimeout: 60_000,
  hookTimeout: 120_000,
}

export default defineConfig({
  test: {
    maxWorkers: "100%",
    projects: [
      {
        test: {
          ...shared,
          name: "unit",
          include: ["src/**/*.test.ts", "tools/**/*.test.ts", "test/cli/**/*.test.ts"],
        },
      },
      {
        test: {
          ...shared,
          name: "clients",
          include: ["test/{clients,leaks}/**/*.test.ts"],
          pool: "forks",
        },
      },
      {
        test: {
          ...shared,
          name: "faults",
          include: ["test/faults/**/*.test.ts"],
          pool: "forks",
          testTimeout: 120_000,
        },
      },
    ],
  },
})
