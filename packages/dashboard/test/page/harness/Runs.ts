/** Runs as a team has them on one day, put into the embedded cluster with their statuses, and what was kept of their attempts. */
import { evidenceFolder } from "@orchestrator/domain/Evidence"
import { tenantAnnotation } from "@orchestrator/domain/Labels"
import type { TranscriptContent } from "@orchestrator/domain/Transcript"
import { CodeRunKind, DocsRunKind, type Kind, PersistentVolumeClaimKind } from "@orchestrator/k8s/Kinds"
import type { CustomObject } from "@orchestrator/k8s/Objects"
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { namespace, type Site } from "./Site.ts"

const minutes = (site: Site, count: number): Date => new Date(site.now.getTime() - count * 60_000)
const text = (time: Date): string => time.toISOString().replace(/\.\d+Z$/, "Z")

const codeSpec = {
  taskId: 7,
  service: "payments",
  repositoryUrl: "https://github.com/example/payments",
  docsRepositoryUrl: "https://github.com/example/docs",
  docsProjectDirectory: "_projects/payments",
  workingDirectory: ".",
  model: "claude-sonnet-4-20250514",
  githubUser: "octocat",
  maxCostUsd: 5,
  maxTurns: 100
}

export interface Seed {
  readonly name: string
  readonly kind?: Kind<CustomObject>
  /** When it was made. */
  readonly minutesAgo: number
  readonly spec?: Readonly<Record<string, unknown>>
  readonly status: Readonly<Record<string, unknown>>
}

/** Puts a run there; answers with its UID. */
export const seed = async (
  site: Site,
  { kind = CodeRunKind, minutesAgo, name, spec, status }: Seed
): Promise<string> => {
  const made = await site.run(
    site.client.create(kind, {
      apiVersion: "orchestrator.platform/v1",
      kind: kind.kind,
      metadata: { name, namespace },
      spec: kind === CodeRunKind ? { ...codeSpec, ...spec } : { ...spec }
    }),
    minutes(site, minutesAgo)
  )
  await site.run(site.client.patchStatus(kind, { name, namespace }, { type: "merge", body: { status } }))
  return made.metadata.uid ?? ""
}

/** What was kept of an attempt. */
export const keep = (site: Site, uid: string, attempt: number, file: string, content: string): void => {
  const folder = join(site.evidence, evidenceFolder({ namespace, uid, attempt: { contextVersion: attempt, retry: 0 } }))
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, file), content)
}

export const transcript = (site: Site, events: ReadonlyArray<TranscriptContent>): string =>
  events.map((event, index) =>
    `${JSON.stringify({ at: text(new Date(minutes(site, 40).getTime() + index * 4000)), ...event })}\n`
  )
    .join("")

const usage = (costUsd: number, turns: number) => ({
  costUsd,
  turns,
  inputTokens: turns * 41_250,
  outputTokens: turns * 812
})

const attempt = (site: Site, contextVersion: number, from: number, to: number | undefined, more: object) => ({
  contextVersion,
  jobName: `code-run-v${contextVersion}-3f9c2a1b`,
  sessionId: "7e1d4d0c-55aa-4c1a-9d0e-0b6a3f3f1a11",
  startedAt: text(minutes(site, from)),
  ...(to === undefined ? {} : { finishedAt: text(minutes(site, to)) }),
  ...more
})

const diff = `diff --git a/src/orders.ts b/src/orders.ts
index 3b18e51..a5c1966 100644
--- a/src/orders.ts
+++ b/src/orders.ts
@@ -12,4 +12,6 @@ export const find = async (id: string) => {
   const order = await store.get(id)
-  if (order === undefined) throw new Error("no order")
+  if (order === undefined) {
+    return { status: 404, body: { title: "Order not found", detail: \`No order has the id \${id}\` } }
+  }
   return { status: 200, body: order }
 }
diff --git a/test/orders.test.ts b/test/orders.test.ts
new file mode 100644
index 0000000..e69de29
--- /dev/null
+++ b/test/orders.test.ts
@@ -0,0 +1,5 @@
+import { find } from "../src/orders.ts"
+
+test("an unknown order is 404", async () => {
+  expect((await find("none")).status).toBe(404)
+})
`

const conversation: ReadonlyArray<TranscriptContent> = [
  { type: "session", sessionId: "7e1d4d0c", model: "claude-sonnet-4-20250514", tools: ["Bash", "Edit", "Read"] },
  { type: "message", role: "user", text: "Answer requests for unknown orders with 404 instead of 500." },
  { type: "message", role: "assistant", text: "I read the handler first, then the tests that there are." },
  { type: "toolCall", id: "1", name: "Read", input: { file_path: "src/orders.ts" } },
  {
    type: "toolResult",
    id: "1",
    error: false,
    text: "export const find = async (id: string) => {\n  const order = await store.get(id)"
  },
  { type: "toolCall", id: "2", name: "Bash", input: { command: "npm test" } },
  { type: "toolResult", id: "2", error: true, text: "FAIL test/orders.test.ts\n  expected 404, received 500" },
  {
    type: "toolCall",
    id: "3",
    name: "Edit",
    input: {
      file_path: "src/orders.ts",
      old_string: "throw new Error(\"no order\")",
      new_string: "return notFound(id)"
    }
  },
  { type: "toolResult", id: "3", error: false, text: "The file src/orders.ts has been updated." },
  { type: "message", role: "assistant", text: "Unknown orders are answered with 404 now, and a test says so." },
  { type: "result", error: false, text: "Done.", usage: usage(0.42, 9) }
]

const condition = (type: string, status: string, reason: string, message: string, at: Date) => ({
  type,
  status,
  reason,
  message,
  lastTransitionTime: text(at)
})

/** Everything that views show, at least once. */
export const seedTeam = async (site: Site): Promise<void> => {
  const of = (run: Seed) => seed(site, run)
  const done = await of({
    name: "orders-404",
    minutesAgo: 44,
    spec: { prompt: "Answer requests for unknown orders with 404 instead of 500.", taskId: 0 },
    status: {
      phase: "Succeeded",
      reason: "Delivered",
      message: "Delivered: https://github.com/example/payments/pull/118",
      pullRequestUrl: "https://github.com/example/payments/pull/118",
      branch: "orders-404",
      headCommit: "0f3a7c9be2a64c1f8a2d1c3b4e5f60718293a4b5",
      contextVersion: 2,
      startedAt: text(minutes(site, 32)),
      finishedAt: text(minutes(site, 21)),
      expiresAt: text(new Date(site.now.getTime() + 39 * 60_000)),
      workspace: "workspace-payments",
      usage: usage(0.91, 21),
      attempts: [
        attempt(site, 1, 43, 33, {
          outcome: "Failed",
          reason: "AgentError",
          message: "The tests failed.",
          exitCode: 1,
          usage: usage(0.49, 12)
        }),
        attempt(site, 2, 32, 21, { outcome: "Succeeded", reason: "Delivered", exitCode: 0, usage: usage(0.42, 9) })
      ],
      conditions: [
        condition("Ready", "True", "Delivered", "Delivered", minutes(site, 21)),
        condition("Finished", "True", "Delivered", "The run has ended", minutes(site, 21))
      ]
    }
  })
  keep(site, done, 2, "transcript.jsonl", transcript(site, conversation))
  keep(site, done, 2, "diff.patch", diff)
  keep(site, done, 2, "log.txt", "2026-05-04T11:28:00Z I read the handler first\n2026-05-04T11:30:00Z npm test\n")
  await of({
    name: "refunds-idempotent",
    minutesAgo: 18,
    spec: { taskId: 12 },
    status: {
      phase: "Running",
      reason: "AgentRunning",
      message: "The agent works",
      contextVersion: 1,
      startedAt: text(minutes(site, 17)),
      workspace: "workspace-payments",
      usage: usage(2.17, 38),
      attempts: [attempt(site, 1, 17, undefined, { usage: usage(2.17, 38) })]
    }
  })
  await of({
    name: "refunds-docs",
    minutesAgo: 16,
    spec: { taskId: 13, dependsOn: ["refunds-idempotent"] },
    status: {
      phase: "Pending",
      reason: "WaitingForDependencies",
      message: "Waits for refunds-idempotent",
      contextVersion: 1
    }
  })
  await of({
    name: "ledger-totals",
    minutesAgo: 12,
    spec: { taskId: 14 },
    status: {
      phase: "Pending",
      reason: "WaitingForWorkspace",
      message: "Waits for the workspace of payments, which refunds-idempotent has",
      contextVersion: 1
    }
  })
  await of({
    name: "search-index",
    minutesAgo: 9,
    spec: { taskId: 3, service: "search", repositoryUrl: "https://github.com/example/search", githubUser: "monalisa" },
    status: {
      phase: "Running",
      reason: "Blocked",
      message: "The Secret github-token-monalisa is missing",
      contextVersion: 1,
      startedAt: text(minutes(site, 8)),
      attempts: [attempt(site, 1, 8, undefined, {})]
    }
  })
  await of({
    name: "login-throttle",
    minutesAgo: 95,
    spec: {
      taskId: 21,
      service: "accounts",
      repositoryUrl: "https://github.com/example/accounts",
      githubUser: "hubot",
      model: "claude-opus-4-20250514"
    },
    status: {
      phase: "Failed",
      reason: "BudgetExceeded",
      message: "The cost limit of 5 USD is reached",
      contextVersion: 1,
      startedAt: text(minutes(site, 94)),
      finishedAt: text(minutes(site, 61)),
      usage: usage(5.02, 74),
      attempts: [
        attempt(site, 1, 94, 61, {
          outcome: "Failed",
          reason: "BudgetExceeded",
          message: "The cost limit of 5 USD is reached",
          usage: usage(5.02, 74)
        })
      ]
    }
  })
  await of({
    name: "old-migration",
    minutesAgo: 1500,
    spec: { taskId: 2, service: "accounts", repositoryUrl: "https://github.com/example/accounts", githubUser: "hubot" },
    status: {
      phase: "Cancelled",
      reason: "Cancelled",
      message: "Cancelled",
      contextVersion: 1,
      startedAt: text(minutes(site, 1499)),
      finishedAt: text(minutes(site, 1480)),
      usage: usage(0.33, 6),
      attempts: [attempt(site, 1, 1499, 1480, { outcome: "Cancelled", reason: "Cancelled", usage: usage(0.33, 6) })]
    }
  })
  await of({
    name: "payments-handbook",
    kind: DocsRunKind,
    minutesAgo: 240,
    spec: {
      repositoryUrl: "https://github.com/example/docs",
      workingDirectory: "_projects/payments",
      sourceBranch: "main",
      model: "claude-opus-4-20250514",
      githubUser: "octocat"
    },
    status: {
      phase: "Succeeded",
      reason: "Delivered",
      message: "Delivered: https://github.com/example/docs/pull/31",
      pullRequestUrl: "https://github.com/example/docs/pull/31",
      startedAt: text(minutes(site, 239)),
      finishedAt: text(minutes(site, 221)),
      usage: usage(3.4, 44),
      attempts: [
        attempt(site, 1, 239, 221, { outcome: "Succeeded", reason: "Delivered", exitCode: 0, usage: usage(3.4, 44) })
      ]
    }
  })
  const tenants = [
    { service: "payments", repository: "github.com/example/payments", githubUser: "octocat" },
    { service: "search", repository: "github.com/example/search", githubUser: "monalisa" }
  ]
  for (const tenant of tenants) {
    await site.run(
      site.client.create(PersistentVolumeClaimKind, {
        metadata: {
          name: `workspace-${tenant.service}`,
          namespace,
          labels: {
            app: "orchestrator",
            "app.kubernetes.io/managed-by": "orchestrator",
            component: "workspace",
            service: tenant.service
          },
          annotations: { [tenantAnnotation]: JSON.stringify(tenant) }
        },
        spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "10Gi" } } }
      }),
      minutes(site, 3000)
    )
  }
}

/** So many runs, for what a large installation has. */
export const seedMany = async (site: Site, count: number): Promise<void> => {
  const phases = ["Succeeded", "Succeeded", "Succeeded", "Failed", "Cancelled"] as const
  for (let index = 0; index < count; index += 1) {
    const phase = phases[index % phases.length] ?? "Succeeded"
    await seed(site, {
      name: `run-${String(index).padStart(5, "0")}`,
      minutesAgo: index + 30,
      spec: { taskId: index, service: `service-${index % 40}` },
      status: {
        phase,
        reason: phase === "Succeeded" ? "Delivered" : phase === "Failed" ? "AgentError" : "Cancelled",
        contextVersion: 1,
        finishedAt: text(minutes(site, index)),
        usage: usage((index % 90) / 10, index % 60)
      }
    })
  }
}
