import { assert, it } from "@effect/vitest"
import type { CustomObject } from "@orchestrator/k8s/Objects"
import { Result } from "effect"
import { finishedRun, outcomeIn } from "../../src/facts/FinishedRun.ts"
import { liveRun } from "../../src/facts/LiveRun.ts"
import { whole } from "../../src/facts/Packed.ts"
import { packRun } from "../../src/facts/PackedRun.ts"
import { type RunFacts, runFacts } from "../../src/facts/Run.ts"
import { makeCodeRun, makeDocsRun, session } from "../fixtures/Runs.ts"
import { docsRunning, finished, running } from "../fixtures/Statuses.ts"

const uid = "0f0f0f0f-1234-4abc-8def-00ff10ee20dd"
const attempt = { contextVersion: 1, jobName: "code-fix-v1-0f0f0f0f", sessionId: session }

const everything = {
  prompt: "Say\n what it does: код",
  issue: "https://github.com/acme/api/issues/3",
  env: { SHORT: "", LONG: "x".repeat(300) },
  envFromSecrets: [{ name: "KEY", secretName: "keys", secretKey: "key" }],
  repositories: [{ url: "https://github.com/acme/other.git" }],
  resources: { requests: { cpu: "1" } },
  dependsOn: ["first", "second"],
  priority: "high",
  timeoutSeconds: 1200,
  maxCostUsd: 1.5
}

const done = (
  status: Readonly<Record<string, unknown>> = {},
  parts: Omit<Parameters<typeof makeCodeRun>[0], "status"> = {}
) => makeCodeRun({ ...parts, status: finished("Succeeded", "Delivered", status) })

const plainOf = (run: CustomObject, kind: "CodeRun" | "DocsRun" = "CodeRun"): RunFacts => {
  const outcome = outcomeIn(run)
  return outcome === undefined ? liveRun(kind, run) : finishedRun(kind, run, outcome)
}

/** Packed, after another one that is like it. */
const packedOf = (run: CustomObject, kind: "CodeRun" | "DocsRun" = "CodeRun"): RunFacts => {
  const uid = run.metadata.uid ?? ""
  const other = { ...run, metadata: { ...run.metadata, uid: `${uid.slice(0, -1)}${uid.endsWith("1") ? "2" : "1"}` } }
  packRun(plainOf(run, kind))
  packRun(plainOf(other, kind))
  return packRun(plainOf(run, kind))
}

const cases: ReadonlyArray<{ name: string; run: CustomObject; kind?: "DocsRun" }> = [
  { name: "waiting", run: makeCodeRun() },
  { name: "at work", run: makeCodeRun({ status: running({ attempts: [attempt] }) }) },
  { name: "with a spec that cannot be read", run: makeCodeRun({ spec: { taskId: -1, service: "" } }) },
  { name: "with a spec that is not kept whole", run: makeCodeRun({ spec: { prompt: "x".repeat(10_000) } }) },
  { name: "with a task, an issue and variables", run: makeCodeRun({ spec: everything }) },
  {
    name: "with a status of somebody else",
    run: makeCodeRun({ status: { ...running(), theirs: { cost: 0.1, count: -1, none: null, list: [[], {}] } } })
  },
  { name: "that is a DocsRun at work", run: makeDocsRun({ status: docsRunning() }), kind: "DocsRun" },
  { name: "as most are", run: done() },
  { name: "with the UID of an API server", run: done({}, { metadata: { uid } }) },
  { name: "with a session", run: done({ attempts: [attempt] }, { metadata: { uid } }) },
  {
    name: "with a session that began, in a Job of another name",
    run: done({ attempts: [{ ...attempt, jobName: "another", startedAt: "2026-03-01T08:00:00Z", exitCode: 0 }] })
  },
  {
    name: "with a session that is none",
    run: done({ attempts: [{ ...attempt, sessionId: "the last" }] })
  },
  {
    name: "made at another form of time",
    run: done({}, { metadata: { creationTimestamp: "2026-03-01T09:00:00+01:00" } })
  },
  { name: "made at no time", run: done({}, { metadata: { creationTimestamp: "" } }) },
  {
    name: "made after 2106",
    run: done({}, { metadata: { creationTimestamp: "2206-03-01T08:00:00Z" } })
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
  { name: "whose session is nothing", run: done({ attempts: [{ ...attempt, sessionId: "" }] }) },
  { name: "whose first UID is nothing", run: done({ originalUid: "" }) },
  { name: "whose name has two lines", run: done({}, { metadata: { name: "two\nlines" } }) },
  { name: "whose name is not in our letters", run: done({}, { metadata: { name: "исправить" } }) }
]

/** What can be compared: functions of a spec are those of its kind. */
const comparable = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (_, each) => typeof each === "number" && Number.isNaN(each) ? "NaN" : each) ?? "null"
  )

it.each(cases)("a run $name says packed what it says plain", ({ kind, run }) => {
  const plain = plainOf(run, kind)
  const kept = packedOf(run, kind)
  assert.notStrictEqual(kept, plain)
  assert.deepStrictEqual(Object.keys(kept), [])
  for (const facts of [kept, whole(kept)]) {
    for (const [field, value] of Object.entries(plain)) {
      const found: unknown = Reflect.get(facts, field)
      if (field === "spec" || field === "tenant") assert.deepStrictEqual(comparable(found), comparable(value), field)
      else assert.deepStrictEqual(found, value, field)
    }
  }
  assert.deepStrictEqual(Object.keys(whole(kept)), Object.keys(plain))
  assert.strictEqual(packRun(kept), kept)
})

it("a spec is made again as it was read", () => {
  const [plain, kept] = [plainOf, packedOf].map((read) => read(makeCodeRun({ spec: everything })))
  if (plain?.ended !== false || kept?.ended !== false) throw new Error("expected runs that have not ended")
  const [one, other] = [plain.spec, kept.spec].map(Result.getOrThrow)
  assert.deepStrictEqual(other?.run, one?.run)
  assert.deepStrictEqual(other?.env(), one?.env())
  assert.deepStrictEqual(other?.task(), one?.task())
  // Whoever judged it once need not do so again.
  assert.strictEqual(kept.spec, kept.spec)
})

it("what is shared is no more than what is the same", () => {
  const [one, other] = [done(), done({}, { spec: { githubUser: "somebody" }, metadata: { generation: 2 } })]
    .map((run) => packedOf(run))
  assert.notDeepEqual([one?.tenant?.key, one?.generation], [other?.tenant?.key, other?.generation])
})

it("a run that is like no other one stays as it is", () => {
  const run = plainOf(makeCodeRun({ spec: { env: { NOBODY_ELSE_HAS_IT: "" } } }))
  assert.strictEqual(packRun(run), run)
  assert.strictEqual(packRun(run), run)
})

it("an event is read against what is packed as against what is not", () => {
  const after = makeCodeRun({ spec: { cancel: true }, status: running(), metadata: { resourceVersion: "9" } })
  const [plain, kept] = [plainOf, packedOf].map((read) => runFacts("CodeRun", after, read(makeCodeRun())))
  assert.deepStrictEqual(comparable(kept), comparable(plain))
})
