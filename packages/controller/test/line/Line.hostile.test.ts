/** Thousands of runs of one tenant: to observe one of them, few of the others are looked at, so that a round never holds up the Lease. */
import { assert, it } from "@effect/vitest"
import { Templates } from "@orchestrator/templates/Templates"
import { Effect, Layer, Result } from "effect"
import { runFacts } from "../../src/facts/Run.ts"
import { Stores } from "../../src/facts/Stores.ts"
import { Observe } from "../../src/loop/Observe.ts"
import { ControllerSettings } from "../../src/loop/Settings.ts"
import { config } from "../fixtures/Given.ts"
import { nothingMore } from "../fixtures/NothingMore.ts"
import { makeCodeRun, namespace } from "../fixtures/Runs.ts"

const layer = Observe.layer.pipe(
  Layer.provide(Layer.mock(Templates, { render: () => Result.succeed({ "prompt.md": "Do it.\n" }) })),
  Layer.provide(Layer.succeed(ControllerSettings, { config, namespace })),
  Layer.provide(nothingMore),
  Layer.provideMerge(Stores.layer),
  Layer.fresh
)

const count = 3000
const nameOf = (index: number) => `run-${String(index).padStart(4, "0")}`

it.effect.each([
  { attack: "all wait for a run that does not exist, the youngest", dependsOn: ["none"], of: count - 1, turn: "free" },
  { attack: "all stand in line, the youngest", dependsOn: [], of: count - 1, turn: "waiting" }
])("$attack", ({ dependsOn, of, turn }) =>
  Effect.gen(function*() {
    const { runs } = yield* Stores
    const { observe } = yield* Observe
    const seen = new Set<string>()
    for (let index = 0; index < count; index++) {
      const name = nameOf(index)
      const run = runFacts("CodeRun", makeCodeRun({ metadata: { name, uid: name }, spec: { dependsOn } }))
      // Whoever looks at a run asks whether it has ended.
      runs.CodeRun.put(Object.defineProperty({ ...run }, "ended", { get: () => (seen.add(name), false) }))
    }
    seen.clear()
    const observed = yield* observe({ kind: "CodeRun", namespace, name: nameOf(of) })
    assert.strictEqual(observed.workspace?.turn.tag, turn)
    assert.isAtMost(seen.size, 3)
  }).pipe(Effect.provide(layer)))
