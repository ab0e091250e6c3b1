/** Long lines cost each of their runs what it costs alone, and a word that it waits: nothing is written when others move. */
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { acting, codeRun, completed, pass, verbs, world } from "./World.ts"

const quick = acting(({ env }) => completed(env, "1 second"))
/** Of a run alone: claim, Job, files, two statuses, the Job's release. */
const usual = 6

/** Writes per run of a line that is made at once, until all have succeeded. */
const writesOf = (count: number, specOf: (name: string, index: number, names: ReadonlyArray<string>) => object) =>
  Effect.gen(function*() {
    const { create, requests, run } = yield* verbs
    const names = Array.from({ length: count }, (_, index) => `run-${String(index).padStart(2, "0")}`)
    for (const [index, name] of names.entries()) yield* create(codeRun(name, specOf(name, index, names)))
    const last = Effect.map(run(names.at(-1) ?? ""), ({ status }) => status?.["phase"])
    for (let step = 0; step < 6 * count && (yield* last) !== "Succeeded"; step++) yield* pass("2 seconds", "2 seconds")
    yield* pass("4 seconds", "2 seconds")
    assert.strictEqual(yield* last, "Succeeded")
    return (yield* requests).filter((request) => !request.startsWith("get")).length / count
  })

it.effect("80 runs of one workspace", () =>
  Effect.gen(function*() {
    assert.isAtMost(yield* writesOf(80, () => ({})), usual + 2)
  }).pipe(Effect.provide(world({ script: quick }))), 300_000)

it.effect("30 runs of two users, who meet now one limit, now the other", () =>
  Effect.gen(function*() {
    const specOf = (service: string, index: number) => ({ service, githubUser: index % 2 === 0 ? "ada" : "bob" })
    assert.isAtMost(yield* writesOf(30, specOf), usual + 2)
  }).pipe(Effect.provide(world({ script: quick, config: { limits: { activeRuns: 2, activeRunsPerGithubUser: 1 } } }))))

it.effect("20 runs, each of which depends on all before it", () =>
  Effect.gen(function*() {
    const specOf = (service: string, index: number, names: ReadonlyArray<string>) => ({
      service,
      dependsOn: names.slice(0, index)
    })
    assert.isAtMost(yield* writesOf(20, specOf), usual + 2)
  }).pipe(Effect.provide(world({ script: quick }))))
