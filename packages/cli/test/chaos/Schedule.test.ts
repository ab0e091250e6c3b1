import { assert, describe, it } from "@effect/vitest"
import { type Act, loadOf } from "./Load.ts"
import { faultKinds, longKinds, scheduleOf } from "./Schedule.ts"

const seeds = Array.from({ length: 20 }, (_, seed) => seed)

describe("the schedule of faults", () => {
  it("follows from the seed alone", () => {
    assert.deepStrictEqual(scheduleOf(7, 600), scheduleOf(7, 600))
    assert.notDeepEqual(scheduleOf(7, 600), scheduleOf(8, 600))
  })

  it("has every kind that fits into it in each minute, and each kind that there is in ten", () => {
    for (const seed of seeds) {
      const [minute, ten] = [60, 600].map((seconds) => new Set(scheduleOf(seed, seconds).map(({ kind }) => kind)))
      assert.deepStrictEqual(faultKinds.filter((kind) => !ten?.has(kind)), [])
      assert.deepStrictEqual(faultKinds.filter((kind) => !longKinds.has(kind) && !minute?.has(kind)), [])
    }
  })

  it("ends in time, and has an order", () => {
    for (const seed of seeds) {
      const faults = scheduleOf(seed, 60)
      assert.isEmpty(faults.filter(({ at, seconds }) => at < 0 || at + seconds > 60.001))
      assert.deepStrictEqual(faults, faults.toSorted((left, right) => left.at - right.at))
    }
  })
})

describe("the load", () => {
  const named = (acts: ReadonlyArray<Act>, name: string) => acts.filter((act) => "name" in act && act.name === name)
  const creationsOf = (acts: ReadonlyArray<Act>) => acts.flatMap((act) => act.act === "create" ? [act] : [])

  it("follows from the seed alone, and makes each run once", () => {
    assert.deepStrictEqual(loadOf(7, 60, 2), loadOf(7, 60, 2))
    const names = creationsOf(loadOf(7, 600, 2)).map(({ name }) => name)
    assert.strictEqual(new Set(names).size, names.length)
    assert.isAbove(names.length, 1000)
  })

  it("ends every run that goes on for ever, after all else that is done to it", () => {
    for (const seed of seeds) {
      const acts = loadOf(seed, 300, 2)
      const endless = creationsOf(acts).filter(({ script }) => /^(never|meek|unpulled)$/.test(script))
      assert.isNotEmpty(endless)
      for (const { name } of endless) assert.include(["cancel", "delete"], named(acts, name).at(-1)?.act)
    }
  })

  it("leaves nobody waiting for a run that is gone for good", () => {
    for (const seed of seeds) {
      const acts = loadOf(seed, 300, 2)
      for (const name of new Set(creationsOf(acts).flatMap(({ dependsOn }) => dependsOn))) {
        const last = named(acts, name).findLast(({ act }) => act === "delete" || act === "again" || act === "create")
        assert.notStrictEqual(last?.act, "delete", `seed ${seed}: ${name}`)
      }
    }
  })
})
