import { assert, it } from "@effect/vitest"
import type { CustomObject } from "@orchestrator/k8s/Objects"
import { finishedRun, outcomeIn } from "../../src/facts/FinishedRun.ts"
import { packedRun } from "../../src/facts/PackedRun.ts"
import { makeCodeRun, makeDocsRun, session } from "../fixtures/Runs.ts"
import { finished } from "../fixtures/Statuses.ts"

const uid = "0f0f0f0f-1234-4abc-8def-00ff10ee20dd"
const attempt = { contextVersion: 1, jobName: "code-fix-v1-0f0f0f0f", sessionId: session }

const done = (
  status: Readonly<Record<string, unknown>> = {},
  parts: Omit<Parameters<typeof makeCodeRun>[0], "status"> = {}
) => makeCodeRun({ ...parts, status: finished("Succeeded", "Delivered", status) })

const plainOf = (run: CustomObject, kind: "CodeRun" | "DocsRun" = "CodeRun") => {
  const outcome = outcomeIn(run)
  if (outcome === undefined) throw new Error("expected a run that has ended")
  return finishedRun(kind, run, outcome)
}

const cases: ReadonlyArray<{ name: string; run: CustomObject; kind?: "DocsRun"; packed?: false }> = [
  { name: "as most are", run: done() },
  { name: "with the UID of an API server", run: done({}, { metadata: { uid } }) },
  { name: "with a session", run: done({ attempts: [attempt] }, { metadata: { uid } }) },
  {
    name: "with a session that began, in a Job of another name",
    run: done({ attempts: [{ ...attempt, jobName: "another", startedAt: "2026-03-01T08:00:00Z", exitCode: 0 }] })
  },
  {
    name: "with a session that is none",
    run: done({ attempts: [{ ...attempt, sessionId: "the last" }] }),
    packed: false
  },
  {
    name: "made at another form of time",
    run: done({}, { metadata: { creationTimestamp: "2026-03-01T09:00:00+01:00" } })
  },
  { name: "made at no time", run: done({}, { metadata: { creationTimestamp: "" } }) },
  {
    name: "made after 2106",
    run: done({}, { metadata: { creationTimestamp: "2206-03-01T08:00:00Z" } }),
    packed: false
  },
  { name: "that ended at no time", run: done({ finishedAt: "yesterday", lastUpdate: "today" }) },
  { name: "with a priority", run: done({}, { spec: { priority: "high" } }) },
  { name: "that was restored", run: done({ originalUid: uid }, { metadata: { uid: uid.replaceAll("0f", "aa") } }) },
  {
    name: "with work at the forge",
    run: done({ branch: "b", headCommit: "c", pullRequestUrl: "https://github.com/acme/api/pull/1" })
  },
  { name: "without a version", run: makeCodeRun({ status: { phase: "Failed" } }) },
  { name: "of a service that nobody else has", run: done({}, { spec: { service: "alone" } }) },
  {
    name: "cancelled, kept and being deleted",
    run: done({}, {
      spec: { cancel: true },
      metadata: {
        deletionTimestamp: "2026-03-01T08:00:00Z",
        annotations: { "orchestrator.platform/keep": "true" },
        generation: 7
      }
    })
  },
  { name: "that is a DocsRun", run: makeDocsRun({ status: finished("Succeeded", "Delivered") }), kind: "DocsRun" },
  { name: "whose session is nothing", run: done({ attempts: [{ ...attempt, sessionId: "" }] }), packed: false },
  { name: "whose first UID is nothing", run: done({ originalUid: "" }), packed: false },
  { name: "whose name has two lines", run: done({}, { metadata: { name: "two\nlines" } }), packed: false },
  { name: "whose name is not in our letters", run: done({}, { metadata: { name: "исправить" } }) }
]

it.each(cases)("a finished run $name says packed what it says plain", ({ kind, packed = true, run }) => {
  const plain = plainOf(run, kind)
  const kept = packedRun(plain)
  assert.strictEqual(kept !== plain, packed)
  for (const [field, value] of Object.entries(plain)) {
    assert.deepStrictEqual(Reflect.get(kept, field), value, field)
  }
  // Again, with what is known of others like it.
  assert.deepStrictEqual(packedRun(plainOf(run, kind)).status, plain.status)
})

it("what is shared is no more than what is the same", () => {
  const [one, other] = [done(), done({}, { spec: { githubUser: "somebody" }, metadata: { generation: 2 } })]
    .map((run) => packedRun(plainOf(run)))
  assert.notDeepEqual([one?.tenant, one?.generation], [other?.tenant, other?.generation])
})
