/** Runs of many long dependencies cost the stores little more than the names themselves, and hashes that are the same harm nobody. */
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import { dependencyIndex } from "../../src/facts/LiveRun.ts"
import { runFacts } from "../../src/facts/Run.ts"
import { Stores } from "../../src/facts/Stores.ts"
import { makeCodeRun, namespace } from "../fixtures/Runs.ts"

setFlagsFromString("--expose-gc")
const collect: () => void = runInNewContext("gc")
const heapUsed = () => {
  collect()
  return process.memoryUsage().heapUsed
}

const large = (index: number) =>
  runFacts(
    "CodeRun",
    makeCodeRun({
      metadata: { name: `run-${index}`, uid: `uid-${index}` },
      spec: {
        promptModification: "x".repeat(10_000),
        dependsOn: Array.from({ length: 64 }, (_, each) => `run-${index}-${each}-`.padEnd(63, "x"))
      }
    })
  )

it.effect("64 names of 63 characters each take 4 KiB in the indexes", () =>
  Effect.gen(function*() {
    const { runs } = yield* Stores
    const kept = Array.from({ length: 1000 }, (_, index) => large(index))
    const before = heapUsed()
    for (const run of kept) runs.CodeRun.put(run)
    assert.isBelow((heapUsed() - before) / kept.length, 4096)
    assert.strictEqual(runs.CodeRun.size(), kept.length)
  }).pipe(Effect.provide(Stores.layer)))

/** Two names that have the same hash in this namespace. */
const [one, other] = ["run-179599", "run-362382"] as const

it.effect("names of the same hash: whoever depends on either is found, also after the other has gone", () =>
  Effect.gen(function*() {
    const { runs: { CodeRun } } = yield* Stores
    const dependent = (name: string, dependsOn: ReadonlyArray<string>) =>
      runFacts("CodeRun", makeCodeRun({ metadata: { name, uid: name }, spec: { dependsOn } }))
    const found = (name: string) => CodeRun.by("dependency", dependencyIndex(namespace, name)).map(({ name }) => name)
    assert.strictEqual(dependencyIndex(namespace, one), dependencyIndex(namespace, other))
    CodeRun.put(dependent("a", [one]))
    CodeRun.put(dependent("b", [other]))
    CodeRun.put(dependent("c", [one, other]))
    assert.deepStrictEqual([found(one), found(other)], [["a", "b", "c"], ["a", "b", "c"]])
    CodeRun.remove(dependent("b", [other]))
    CodeRun.remove(dependent("c", [one, other]))
    assert.deepStrictEqual([found(one), found(other)], [["a"], ["a"]])
  }).pipe(Effect.provide(Stores.layer)))
