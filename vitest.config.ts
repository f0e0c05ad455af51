import { defineConfig } from "vitest/config"

/** What every project shares: no network beyond loopback, no mock left behind. */
const shared = { setupFiles: ["test/setup/loopback-only.ts"], restoreMocks: true }

export default defineConfig({
  test: {
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
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          ...shared,
          name: "faults",
          include: ["test/faults/**/*.test.ts"],
          pool: "forks",
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
})
