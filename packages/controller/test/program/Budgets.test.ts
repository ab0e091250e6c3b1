/** What days and months may cost: who starts, who waits until when, and what survives the end of runs, of their objects and of the controller. */
import { assert, describe, it } from "@effect/vitest"
import { CodeRunKind, ConfigMapKind } from "@orchestrator/k8s/Kinds"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import {
  acting,
  cluster,
  codeRun,
  completed,
  controller,
  docsRun,
  endless,
  failed,
  namespace,
  pass,
  verbs,
  world
} from "./World.ts"

/** Each run may cost a dollar, and costs so much. */
const costing = (costUsd: number) => acting(({ env }) => completed(env, "10 seconds"), () => ({ costUsd }))
const configOf = (budgets: object, more: object = {}) => ({ budgets, limits: { defaultMaxCostUsd: 1 }, ...more })

/** Of a service, and so a workspace, of its own. */
const runOf = (name: string, spec: object = {}) => codeRun(name, { service: name, ...spec })

const create = (...runs: ReadonlyArray<ReturnType<typeof codeRun>>) =>
  Effect.flatMap(verbs, (all) => Effect.forEach(runs, all.create, { discard: true }))

const reasons = (...names: ReadonlyArray<string>) =>
  Effect.flatMap(
    verbs,
    ({ run }) => Effect.forEach(names, (name) => Effect.map(run(name), ({ status }) => status?.["reason"]))
  )

const messageOf = (name: string) =>
  Effect.flatMap(verbs, ({ run }) => Effect.map(run(name), ({ status }) => String(status?.["message"])))

const remove = (name: string) => Effect.flatMap(verbs, ({ client }) => client.delete(CodeRunKind, { name, namespace }))

/** Lines of the ledger, each without the name of its Job. */
const ledger = Effect.flatMap(
  verbs,
  ({ all }) =>
    Effect.map(
      all(ConfigMapKind),
      (maps) =>
        maps.filter(({ metadata }) => metadata.name?.startsWith("orchestrator-spending-")).flatMap(({ data = {} }) =>
          Object.values(data)
        ).sort()
    )
)

describe("a budget", () => {
  it.effect("lets nobody start who could go beyond it, until those that work have ended; then until the next day", () =>
    Effect.andThen(
      TestClock.setTime(Date.parse("2026-03-01T23:52:00Z")),
      Effect.gen(function*() {
        yield* create(runOf("a"), runOf("b"), runOf("c"))
        yield* pass("5 seconds")
        assert.deepStrictEqual(yield* reasons("a", "b", "c"), ["AgentRunning", "AgentRunning", "WaitingForBudget"])
        assert.match(
          yield* messageOf("c"),
          /budgets\.daily lets all runs spend 2 USD a day.* than the 1 USD .*left enough/
        )
        yield* pass("7 minutes", "10 seconds")
        assert.deepStrictEqual(yield* reasons("a", "b", "c"), ["Delivered", "Delivered", "WaitingForBudget"])
        assert.match(yield* messageOf("c"), /opens again at 2026-03-02T00:00:00Z/)
        yield* pass("2 minutes", "5 seconds")
        assert.deepStrictEqual(yield* reasons("c"), ["Delivered"])
      }).pipe(Effect.provide(world({ script: costing(0.9), config: configOf({ daily: 2 }) })))
    ))

  it.effect("has again what runs did not use of what they might have cost", () =>
    Effect.gen(function*() {
      yield* create(runOf("a"), runOf("b"), runOf("c"))
      yield* pass("90 seconds")
      assert.deepStrictEqual(yield* reasons("a", "b", "c"), ["Delivered", "Delivered", "Delivered"])
    }).pipe(Effect.provide(world({ script: costing(0.25), config: configOf({ daily: 2 }) }))))

  it.effect("of a user or a service keeps nobody else waiting, of whichever kind and however the user is written", () =>
    Effect.gen(function*() {
      const { docs } = yield* verbs
      yield* create(
        runOf("a"),
        runOf("again", { githubUser: "Ada" }),
        docsRun("manual"),
        runOf("other", { githubUser: "bob" })
      )
      yield* pass("5 seconds")
      assert.deepStrictEqual(yield* reasons("a", "again", "other"), [
        "AgentRunning",
        "WaitingForBudget",
        "AgentRunning"
      ])
      assert.match(yield* messageOf("again"), /dailyPerGithubUser lets runs of ada spend 1 USD a day/)
      assert.strictEqual((yield* docs("manual")).status?.["reason"], "WaitingForBudget")
    }).pipe(
      Effect.provide(world({ script: endless, config: configOf({ dailyPerGithubUser: 1, monthlyPerService: 1 }) }))
    ))

  it.effect("lets a run through that fits, past one that does not", () =>
    Effect.gen(function*() {
      yield* create(runOf("a"))
      yield* pass("5 seconds")
      yield* create(runOf("large", { maxCostUsd: 2 }))
      yield* pass("5 seconds")
      yield* create(runOf("small"))
      yield* pass("5 seconds")
      assert.deepStrictEqual(yield* reasons("large", "small"), ["WaitingForBudget", "AgentRunning"])
    }).pipe(Effect.provide(world({ script: endless, config: configOf({ daily: 2 }) }))))

  it.effect("in which a run never has room refuses it, and says what would have", () =>
    Effect.gen(function*() {
      yield* create(runOf("a", { maxCostUsd: 3 }))
      yield* pass("5 seconds")
      assert.deepStrictEqual(yield* reasons("a"), ["InvalidSpec"])
      assert.match(yield* messageOf("a"), /spec\.maxCostUsd.*at most 2 \(budgets\.daily\)/)
    }).pipe(Effect.provide(world({ config: configOf({ daily: 2 }) }))))

  it.effect("counts each attempt once, also of a run that is tried again", () =>
    Effect.gen(function*() {
      const { edit } = yield* verbs
      yield* create(runOf("a", { maxCostUsd: 2 }))
      yield* pass("60 seconds")
      yield* edit("a", { contextVersion: 2 })
      yield* pass("60 seconds")
      assert.deepStrictEqual(yield* ledger, ["1970-01-01 0.5 ada a", "1970-01-01 0.5 ada a"])
    }).pipe(Effect.provide(world({
      script: acting(() => failed("AgentError"), () => ({ costUsd: 0.5 })),
      config: configOf({ daily: 9 })
    }))))

  it.effect("that is nowhere set costs no write, and says nothing", () =>
    Effect.gen(function*() {
      const { requests } = yield* verbs
      yield* create(runOf("a"))
      yield* pass("90 seconds")
      assert.deepStrictEqual(yield* ledger, [])
      assert.lengthOf((yield* requests).filter((each) => each === "patch ConfigMap"), 0)
    }).pipe(Effect.provide(world({ config: configOf({}) }))))
})

describe("what was spent", () => {
  const config = configOf({ daily: 2 })

  it.effect("stays spent when runs are deleted and the controller is another one", () =>
    Effect.gen(function*() {
      const life = Effect.provide(
        Effect.gen(function*() {
          yield* create(runOf("a"), runOf("b"))
          yield* pass("60 seconds")
          assert.deepStrictEqual(yield* reasons("a", "b"), ["Delivered", "Delivered"])
          yield* remove("a")
          yield* pass("5 seconds")
        }),
        controller(config),
        { local: true }
      )
      yield* life
      yield* remove("b")
      yield* Effect.provide(
        Effect.gen(function*() {
          yield* create(runOf("c"))
          yield* pass("60 seconds")
          assert.deepStrictEqual(yield* reasons("c"), ["WaitingForBudget"])
          assert.match(yield* messageOf("c"), /opens again at 1970-01-02T00:00:00Z/)
          assert.deepStrictEqual(yield* ledger, ["1970-01-01 0.9 ada a", "1970-01-01 0.9 ada b"])
        }),
        controller(config),
        { local: true }
      )
    }).pipe(Effect.provide(cluster(costing(0.9)))))

  it.effect("before there was a budget counts too, and is written down", () =>
    Effect.gen(function*() {
      yield* Effect.provide(
        Effect.andThen(create(runOf("a"), runOf("b")), pass("60 seconds")),
        controller(configOf({})),
        { local: true }
      )
      yield* Effect.provide(
        Effect.gen(function*() {
          yield* create(runOf("c"))
          yield* pass("60 seconds")
          assert.deepStrictEqual(yield* reasons("c"), ["WaitingForBudget"])
          assert.deepStrictEqual(yield* ledger, ["1970-01-01 0.9 ada a", "1970-01-01 0.9 ada b"])
        }),
        controller(config),
        { local: true }
      )
    }).pipe(Effect.provide(cluster(costing(0.9)))))

  it.effect("by a run that is deleted while it works is what its broker says at its end", () =>
    Effect.gen(function*() {
      yield* create(runOf("a", { maxCostUsd: 2 }))
      yield* pass("5 seconds")
      yield* remove("a")
      yield* pass("90 seconds")
      assert.deepStrictEqual(yield* ledger, ["1970-01-01 0.25 ada a"])
    }).pipe(Effect.provide(world({ script: endless, config }))))

  it.effect("of months before is forgotten", () =>
    Effect.andThen(
      TestClock.setTime(Date.parse("2026-01-31T23:58:00Z")),
      Effect.gen(function*() {
        yield* create(runOf("a"), runOf("b"), runOf("c"))
        yield* pass("60 seconds")
        assert.deepStrictEqual(yield* ledger, ["2026-01-31 0.9 ada a", "2026-01-31 0.9 ada b"])
        assert.deepStrictEqual(yield* reasons("c"), ["WaitingForBudget"])
        yield* pass("2 minutes")
        assert.deepStrictEqual(yield* ledger, ["2026-02-01 0.9 ada c"])
      }).pipe(Effect.provide(world({ script: costing(0.9), config: configOf({ monthly: 2 }) })))
    ))
})
