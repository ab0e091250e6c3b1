/**
 * What an operator has: metrics, alerts and the dashboard, with Prometheus' own promtool (Debian's package prometheus); and the real Kueue
 * beside a real control plane, and the real OpenTelemetry Collector, all built with Go.
 */
import { defineConfig } from "vitest/config"

const retry = process.env["CI"] === undefined ? 0 : 1

const telemetry = "packages/cli/test/operations/Telemetry.operations.test.ts"

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "figures",
          include: ["tools/test/**/*.operations.test.ts"],
          globalSetup: ["tools/operations/GlobalSetup.ts"],
          testTimeout: 120_000,
          isolate: false
        }
      },
      {
        test: {
          name: "queues",
          include: ["packages/*/test/**/*.operations.test.ts"],
          exclude: [telemetry],
          globalSetup: ["tools/kube/GlobalSetup.ts"],
          setupFiles: ["tools/kube/Worker.ts"],
          testTimeout: 300_000,
          hookTimeout: 900_000
        }
      },
      {
        test: { name: "telemetry", include: [telemetry], testTimeout: 300_000, hookTimeout: 900_000 }
      }
    ],
    maxWorkers: 2,
    retry
  }
})
