/** The configuration that every arm has: the product's defaults, on loopback, with a node to choose and Jobs that go at once. */
import { nodeName } from "./Node.ts"

export const config = {
  server: { host: "127.0.0.1", port: 0 },
  git: { allowedHosts: ["github.com"] },
  agent: { nodeSelector: { "kubernetes.io/hostname": nodeName } },
  cleanup: { completedJobDelayMinutes: 0, failedJobDelayMinutes: 0 }
}
