/** Runs in the queues of the real Kueue: admitted, behind a quota, borrowed, preempted, by priority, without a queue, and without Kueue. */
import { assert, layer } from "@effect/vitest"
import { JobKind, PodKind } from "@orchestrator/k8s/Kinds"
import { Effect, Layer } from "effect"
import { deliver } from "../cluster/Agents.ts"
import { eventually } from "../cluster/Eventually.ts"
import { provisioner } from "../cluster/Provisioner.ts"
import { attemptsOf, codeRun, reasonOf, scripted } from "../cluster/World.ts"
import { makePriorityClass, makeQueue, queuedSite, startKueue, stopKueue } from "./Queues.ts"

const messageOf = ({ status }: { readonly status?: Readonly<Record<string, unknown>> }) => String(status?.["message"])
const other = (service: string) => ({ service, taskId: 1, githubUser: "ada" })

const kueue = Layer.effectDiscard(startKueue)

layer(Layer.mergeAll(provisioner, kueue).pipe(Layer.provideMerge(scripted)), {
  excludeTestServices: true,
  timeout: "4 minutes"
})("Kueue", (it) => {
  it.effect(
    "admits what has a place, and the others wait in its words until they have",
    () =>
      Effect.scoped(Effect.gen(function*() {
        const { create, jobs, run, site, until, untilPhase, workloads } = yield* queuedSite("places", {
          queueName: "agents"
        })
        makeQueue(site.namespace, { name: "agents", agents: 1 })
        yield* create(codeRun(site, "a", other("a"), "never"))
        yield* until("a", "AgentRunning")
        yield* create(codeRun(site, "b", other("b"), "deliver 300"))
        const waiting = yield* until("b", "WaitingForAdmission")
        yield* eventually("Kueue's words", run("b"), (found) => /insufficient/.test(messageOf(found)))
        assert.strictEqual(waiting.status?.["phase"], "Pending")
        const found = yield* jobs
        assert.deepStrictEqual(
          found.map(({ metadata, spec }) => [metadata.labels?.["kueue.x-k8s.io/queue-name"], spec.suspend]).toSorted(),
          [["agents", false], ["agents", true]]
        )
        assert.strictEqual((yield* workloads).length, 2)
        yield* deliver(yield* run("a"))
        yield* untilPhase("a", "Succeeded")
        yield* untilPhase("b", "Succeeded")
        assert.strictEqual(attemptsOf((yield* run("b")).status).length, 1)
      })),
    300_000
  )

  it.effect(
    "a run that is cancelled in its queue leaves it, and no agent begins",
    () =>
      Effect.scoped(Effect.gen(function*() {
        const { all, create, edit, site, until, untilGone, untilPhase } = yield* queuedSite("cancelled", {
          queueName: "agents"
        })
        makeQueue(site.namespace, { name: "agents", agents: 0 })
        yield* create(codeRun(site, "a", {}, "never"))
        yield* until("a", "WaitingForAdmission")
        yield* edit("a", { cancel: true })
        yield* untilPhase("a", "Cancelled")
        yield* untilGone(JobKind)
        assert.deepStrictEqual(yield* all(PodKind), [])
      })),
    300_000
  )

  it.effect(
    "a version that is raised in its queue takes the former one's place",
    () =>
      Effect.scoped(Effect.gen(function*() {
        const { create, edit, jobs, run, site, until, untilPhase } = yield* queuedSite("raised", {
          queueName: "agents"
        })
        makeQueue(site.namespace, { name: "agents", agents: 0 })
        yield* create(codeRun(site, "a", {}, "deliver 300"))
        yield* until("a", "WaitingForAdmission")
        yield* edit("a", { contextVersion: 2 })
        yield* eventually("its second Job alone", jobs, (found) =>
          found.length === 1 && /-v2-/.test(found[0]?.metadata.name ?? ""))
        makeQueue(site.namespace, { name: "agents", agents: 1 })
        yield* untilPhase("a", "Succeeded")
        assert.deepStrictEqual(
          attemptsOf((yield* run("a")).status).map(({ outcome }) =>
            outcome
          ),
          [
            "Cancelled",
            "Succeeded"
          ]
        )
      })),
    300_000
  )

  it.effect(
    "a borrowed place that its owner wants back: the attempt is lost, and goes on in the same session",
    () =>
      Effect.scoped(Effect.gen(function*() {
        const { create, run, site, until, untilPhase } = yield* queuedSite("borrowed", {
          queueName: "others",
          localQueueFrom: "githubUser"
        })
        const cohort = site.namespace
        makeQueue(site.namespace, { name: "ada", agents: 0, cohort })
        makeQueue(site.namespace, { name: "bob", agents: 1, cohort })
        yield* create(codeRun(site, "a", { ...other("a"), githubUser: "Ada" }, "never"))
        yield* until("a", "AgentRunning")
        yield* create(codeRun(site, "b", { ...other("b"), githubUser: "bob" }, "never"))
        const lost = yield* eventually("a to have lost its place", run("a"), ({ status }) =>
          attemptsOf(status).some(({ reason }) =>
            reason === "InfraLost"
          ))
        assert.match(
          attemptsOf(lost.status)[0]?.message ?? "",
          /Kueue evicted the attempt: Preempted to accommodate a workload/
        )
        yield* until("b", "AgentRunning")
        yield* until("a", "WaitingForAdmission")
        yield* deliver(yield* run("b"))
        yield* untilPhase("b", "Succeeded")
        yield* until("a", "AgentRunning")
        yield* deliver(yield* run("a"))
        const { status } = yield* untilPhase("a", "Succeeded")
        const [first, second] = attemptsOf(status)
        assert.strictEqual(second?.retry, 1)
        assert.strictEqual(second?.sessionId, first?.sessionId)
        assert.strictEqual(status?.["retryCount"], 1)
      })),
    400_000
  )

  it.effect(
    "a run of high priority takes the place of one of low priority, which goes on in the same session",
    () =>
      Effect.scoped(Effect.gen(function*() {
        const { create, run, site, until, untilPhase } = yield* queuedSite("priority", {
          queueName: "agents",
          priorityClasses: { low: "batch", high: "urgent" }
        })
        makePriorityClass("batch", 10)
        makePriorityClass("urgent", 1000)
        makeQueue(site.namespace, { name: "agents", agents: 1 })
        yield* create(codeRun(site, "low", { ...other("low"), priority: "low" }, "never"))
        yield* until("low", "AgentRunning")
        yield* create(codeRun(site, "high", { ...other("high"), priority: "high" }, "deliver 300"))
        const lost = yield* eventually("low to have lost its place", run("low"), ({ status }) =>
          attemptsOf(status).some(({ reason }) =>
            reason === "InfraLost"
          ))
        assert.match(
          attemptsOf(lost.status)[0]?.message ?? "",
          /Kueue evicted the attempt: Preempted to accommodate a workload/
        )
        yield* untilPhase("high", "Succeeded")
        yield* until("low", "AgentRunning")
        yield* deliver(yield* run("low"))
        const [first, second] = attemptsOf((yield* untilPhase("low", "Succeeded")).status)
        assert.strictEqual(second?.sessionId, first?.sessionId)
      })),
    400_000
  )

  it.effect(
    "a LocalQueue that is not there: it is said, and the run starts when it is",
    () =>
      Effect.scoped(Effect.gen(function*() {
        const { create, run, site, until, untilPhase } = yield* queuedSite("missing", { queueName: "typo" })
        yield* create(codeRun(site, "a"))
        yield* until("a", "WaitingForAdmission")
        yield* eventually(
          "what is missing",
          run("a"),
          (found) => /LocalQueue typo.*(doesn't|does not) exist/.test(messageOf(found))
        )
        makeQueue(site.namespace, { name: "typo", agents: 1 })
        yield* untilPhase("a", "Succeeded")
      })),
    300_000
  )

  it.effect(
    "Kueue is away: nothing starts, it is said why, and all goes on when it is back",
    () =>
      Effect.scoped(Effect.gen(function*() {
        const { all, create, run, site, until, untilPhase } = yield* queuedSite("away", { queueName: "agents" })
        makeQueue(site.namespace, { name: "agents", agents: 1 })
        yield* create(codeRun(site, "a", other("a"), "never"))
        yield* until("a", "AgentRunning")
        yield* stopKueue
        yield* Effect.addFinalizer(() => startKueue)
        yield* create(codeRun(site, "b", other("b")))
        const refused = yield* until("b", "WaitingForCapacity")
        assert.match(messageOf(refused), /kueue|webhook/i)
        assert.strictEqual(reasonOf(yield* run("a")), "AgentRunning")
        assert.strictEqual((yield* all(PodKind)).length, 1)
        yield* startKueue
        yield* deliver(yield* run("a"))
        yield* untilPhase("a", "Succeeded")
        yield* untilPhase("b", "Succeeded")
      })),
    400_000
  )
})
