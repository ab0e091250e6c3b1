/** What a preview says of a run that is not there yet is what happens once it is: status, Job and files; and nothing happens by asking. */
import { assert, describe, it } from "@effect/vitest"
import { CodeRunSpec } from "@orchestrator/domain/CodeRun"
import { DocsRunSpec } from "@orchestrator/domain/DocsRun"
import { shortUid } from "@orchestrator/domain/Names"
import { formatTime } from "@orchestrator/domain/Retention"
import { sessionId } from "@orchestrator/domain/Session"
import { CodeRunKind, ConfigMapKind, DocsRunKind, JobKind } from "@orchestrator/k8s/Kinds"
import type { CustomObject, Job } from "@orchestrator/k8s/Objects"
import { DateTime, Effect, Predicate, Schema } from "effect"
import fc from "fast-check"
import { type Preview, Previews, unknownNonce } from "../../src/loop/Previews.ts"
import { filesDigest } from "../../src/manifest/Files.ts"
import { codeRun, delivering, docsRun, endless, namespace, pass, verbs, world } from "./World.ts"

const unknownUid = "00000000-0000-4000-8000-000000000000"

const kindOf = (spec: CustomObject["spec"]) => "taskId" in spec ? "CodeRun" : "DocsRun"

/** With what the definition fills in. */
const filledIn = (spec: CustomObject["spec"]): CustomObject["spec"] =>
  JSON.parse(JSON.stringify(
    kindOf(spec) === "CodeRun"
      ? Schema.decodeUnknownSync(CodeRunSpec)(spec)
      : Schema.decodeUnknownSync(DocsRunSpec)(spec)
  ))

const asStored = ({ metadata, spec, ...run }: CustomObject, now: DateTime.Utc): CustomObject => ({
  apiVersion: "orchestrator.platform/v1",
  kind: kindOf(spec),
  ...run,
  spec: filledIn(spec),
  metadata: { ...metadata, uid: unknownUid, generation: 1, creationTimestamp: formatTime(now) }
})

const previewOf = Effect.fnUntraced(function*(run: CustomObject) {
  const { ofNew } = yield* Previews
  return yield* ofNew(kindOf(run.spec), asStored(run, yield* DateTime.now))
})

/** The same whatever the cluster has made up. */
const settled = <A>(value: A, uid: string): A =>
  JSON.parse(
    JSON.stringify(value)
      .replaceAll(uid, unknownUid)
      .replaceAll(sessionId(uid, 1), sessionId(unknownUid, 1))
      .replaceAll(shortUid(uid), shortUid(unknownUid))
      .replaceAll(/-[0-9a-f]{16}"/g, `-${unknownNonce}"`)
      .replaceAll(/"[0-9a-f]{64}"/g, "\"DIGEST\"")
  )

/** Of a value what another one has of it: the API server fills in fields, and adds nothing to a list. */
const within = (value: unknown, shape: unknown): unknown => {
  if (Array.isArray(value) && Array.isArray(shape)) return value.map((each, index) => within(each, shape[index]))
  return Predicate.isObject(value) && Predicate.isObject(shape)
    ? Object.fromEntries(
      Object.keys(shape).map((key) => [key, within(Reflect.get(value, key), Reflect.get(shape, key))])
    )
    : value
}

/** The object as it was sent, of what the cluster has made of it. */
const sent = ({ metadata, spec }: Job) => ({ metadata, spec })

const filesIn = (preview: Preview) => preview.attempt?.files.data ?? {}

/** The Job and files of a run as they came to be are those that were told. */
const cameTrue = Effect.fnUntraced(function*(name: string, told: Preview) {
  const { all, client } = yield* verbs
  const isCode = told.attempt?.job.metadata.name?.startsWith("code-") === true
  const { metadata: { uid = "" } } = yield* client.get(isCode ? CodeRunKind : DocsRunKind, { name, namespace })
  const job = (yield* all(JobKind)).find(({ metadata }) => metadata.ownerReferences?.some((each) => each.uid === uid))
  const files = (yield* all(ConfigMapKind)).find(({ metadata }) => metadata.name?.startsWith(`${job?.metadata.name}-`))
  assert.isDefined(job)
  assert.isDefined(told.attempt)
  if (job === undefined || told.attempt === undefined) return
  const planned = settled(sent(told.attempt.job), unknownUid)
  assert.deepStrictEqual(within(settled(sent(job), uid), planned), planned)
  assert.deepStrictEqual(settled(files?.data, uid), settled(filesIn(told), unknownUid))
  assert.include(JSON.stringify(job), filesDigest(files?.data ?? {}))
  assert.include(JSON.stringify(told.attempt.job), filesDigest(filesIn(told)))
})

/** Requests in the words of actions. */
const said: Readonly<Record<string, string>> = {
  "create PersistentVolumeClaim": "create Workspace",
  "create ConfigMap": "create Files"
}

const writes = /^(create|replace|patch|delete)/

const nothingDone = Effect.flatMap(
  verbs,
  ({ requests }) => Effect.map(requests, (made) => assert.deepStrictEqual(made.filter((each) => writes.test(each)), []))
)

const env = fc.dictionary(fc.constantFrom("LOG_LEVEL", "A", "B_2"), fc.constantFrom("", "x", "$(HOME) $$", "{{x}}\n"))
const maybe = <A>(arbitrary: fc.Arbitrary<A>) => fc.option(arbitrary, { nil: undefined })

const anyCode = fc.record({
  service: fc.constantFrom("api", "payments", "a-much-longer-service-name-than-is-usual"),
  taskId: fc.nat(50),
  prompt: maybe(fc.constantFrom("Do it.", "# Title\n\nSay $(that) {{twice}}.", "x".repeat(9000))),
  promptModification: maybe(fc.constantFrom("Mind the `gap`.")),
  continueSession: fc.boolean(),
  overwriteMemory: fc.boolean(),
  env: maybe(env),
  envFromSecrets: maybe(fc.constant([{ name: "NPM_TOKEN", secretName: "npm", secretKey: "token" }])),
  timeoutSeconds: maybe(fc.integer({ min: 60, max: 7200 })),
  maxCostUsd: maybe(fc.integer({ min: 1, max: 5 })),
  maxTurns: maybe(fc.integer({ min: 1, max: 50 }))
})

const anyConfig = fc.constantFrom<object>(
  {},
  { storage: { access: "Shared", accessMode: "ReadWriteMany" } },
  { cleanup: { deleteConfigMap: false } },
  { agent: { credentials: "env" } },
  { limits: { activeRuns: 5, activeRunsPerService: 1 } }
)

const given = (fields: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))

const cases = fc.sample(fc.record({ spec: anyCode, config: anyConfig }), { numRuns: 40, seed: 13 })

describe("the preview of a run that is not there yet", () => {
  it.effect.each(cases.map((each, index) => [index, each] as const))(
    "says what happens once it is there: %i",
    ([, { config, spec }]) =>
      Effect.gen(function*() {
        const { create, forget, requests } = yield* verbs
        yield* pass("1 second")
        yield* forget
        const wanted = codeRun("wanted", given(spec))
        const told = yield* previewOf(wanted)
        yield* nothingDone
        assert.strictEqual(told.stage, "NotStarted")
        assert.deepInclude(told, { rule: "jobAbsent", failure: undefined, place: undefined })
        yield* forget
        yield* create(wanted)
        yield* pass(0)
        yield* cameTrue("wanted", told)
        assert.deepStrictEqual(
          told.actions.map(({ action }) => action.replace("Create", "create ")),
          (yield* requests).filter((each) => writes.test(each)).map((each) => said[each] ?? each)
        )
      }).pipe(
        Effect.provide(world({ config, script: endless, prompt: "For {{service}}: task {{task_id}} on {{branch}}.\n" }))
      )
  )

  it.effect("of the other kind, too", () =>
    Effect.gen(function*() {
      const { create } = yield* verbs
      yield* pass("1 second")
      const told = yield* previewOf(docsRun("wanted"))
      assert.isUndefined(told.workspace)
      yield* create(docsRun("wanted"))
      yield* pass(0)
      yield* cameTrue("wanted", told)
    }).pipe(Effect.provide(world({ script: endless }))))

  it.effect("tells whom it waits for, and what it starts with when its turn has come", () =>
    Effect.gen(function*() {
      const { create, jobs, run } = yield* verbs
      yield* create(codeRun("first", { taskId: 1 }))
      yield* create(codeRun("second", { taskId: 2 }))
      yield* pass("2 seconds")
      const third = codeRun("third", { taskId: 3 })
      const told = yield* previewOf(third)
      assert.deepInclude(told, { rule: "waitingForWorkspace", place: { runs: ["first"], position: 2 } })
      assert.deepStrictEqual(told.workspace, { claim: "workspace-api", exists: true, holder: "first" })
      assert.deepStrictEqual(told.actions, [{ action: "WriteStatus", object: "coderun/third" }])
      yield* create(third)
      yield* pass(0)
      const { message, phase, reason } = (yield* run("third")).status ?? {}
      assert.deepStrictEqual(told.status, { phase, reason, message })
      yield* Effect.repeat(pass("1 second"), { until: () => Effect.map(jobs, (all) => all.length === 3) })
      yield* cameTrue("third", told)
    }).pipe(Effect.provide(world({ script: delivering() }))))

  it.effect("says that it would be refused, and how", () =>
    Effect.gen(function*() {
      yield* pass("1 second")
      const told = yield* previewOf(codeRun("wanted", { maxCostUsd: 1000 }))
      assert.deepInclude(told, { rule: "invalid", attempt: undefined })
      assert.deepInclude(told.status, { phase: "Failed", reason: "InvalidSpec" })
    }).pipe(Effect.provide(world({ config: { limits: { maxCostUsd: 10 } } }))))

  it.effect("says what its agent may spend, and names every Secret that its pod refers to", () =>
    Effect.gen(function*() {
      yield* pass("1 second")
      const told = yield* previewOf(
        codeRun("wanted", {
          maxCostUsd: 3,
          timeoutSeconds: 600,
          envFromSecrets: [{ name: "NPM_TOKEN", secretName: "npm", secretKey: "token" }]
        })
      )
      assert.deepInclude(told.grants, { costUsd: 3, timeoutSeconds: 600 })
      const secrets = told.attempt?.secrets ?? []
      assert.deepInclude(secrets, { name: "npm", keys: ["token"], optional: false })
      assert.deepStrictEqual(
        secrets.filter(({ optional }) => optional).map(({ name }) => name).toSorted(),
        ["github-ssh-ada", "github-token-ada", "orchestrator-secrets"]
      )
    }).pipe(Effect.provide(world())))
})

it.effect("a preview has what the run's profile fills in", () =>
  Effect.gen(function*() {
    yield* pass("1 second")
    const told = yield* previewOf(codeRun("wanted", { profile: "small" }))
    assert.deepInclude(told.grants, { costUsd: 2, timeoutSeconds: 900 })
  }).pipe(Effect.provide(world({ config: { profiles: { small: { maxCostUsd: 2, timeoutSeconds: 900 } } } }))))

it.effect("what a run may use is by its own fields, its profile and the configuration, whatever has become of it", () =>
  Effect.gen(function*() {
    const { limitsOf } = yield* Previews
    const now = yield* DateTime.now
    const limits = (spec: object, status = {}) =>
      limitsOf("CodeRun", { ...asStored(codeRun("a", { ...spec }), now), status })
    assert.deepStrictEqual(limits({ profile: "small", maxTurns: 7 }, { phase: "Failed", usage: { costUsd: 1 } }), {
      costUsd: 2,
      turns: 7,
      timeoutSeconds: 900
    })
    assert.isAbove(limits({})?.costUsd ?? 0, 2)
    assert.isUndefined(limitsOf("CodeRun", codeRun("a", { githubUser: 7 })))
  }).pipe(Effect.provide(world({ config: { profiles: { small: { maxCostUsd: 2, timeoutSeconds: 900 } } } }))))

describe("the preview of a run that is there", () => {
  it.effect("names stage, rule and actions of the next round, and does none of them", () =>
    Effect.gen(function*() {
      const { create, edit, forget, run } = yield* verbs
      const { ofStored } = yield* Previews
      const key = { kind: "CodeRun", namespace, name: "a" } as const
      yield* create(codeRun("a"))
      yield* pass("2 seconds")
      yield* forget
      assert.deepInclude(yield* ofStored(key), { stage: "Started", rule: "jobRunning", actions: [] })
      yield* nothingDone
      yield* edit("a", { cancel: true })
      yield* pass("1 minute")
      yield* forget
      assert.deepInclude(yield* ofStored(key), { stage: "Finished", attempt: undefined, grants: undefined })
      yield* nothingDone
      assert.strictEqual((yield* run("a")).status?.["phase"], "Cancelled")
    }).pipe(Effect.provide(world({ script: endless }))))
})
