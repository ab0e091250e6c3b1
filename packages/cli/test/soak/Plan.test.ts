import { assert, describe, it } from "@effect/vitest"
import { placeOf, places, planOf, services } from "./Plan.ts"

const hour = planOf(7, 60, 1.2)
const made = hour.acts.flatMap((act) => act.act === "create" ? [act] : [])

describe("the plan of a soak", () => {
  it("follows from the seed alone, in order", () => {
    assert.deepStrictEqual(planOf(7, 10, 1.2), planOf(7, 10, 1.2))
    assert.notDeepEqual(planOf(7, 10, 1.2).acts, planOf(8, 10, 1.2).acts)
    assert.deepStrictEqual(hour.acts, hour.acts.toSorted((one, other) => one.at - other.at))
  })

  it("has twenty namespaces and two hundred services, all of which get runs in an hour", () => {
    assert.deepStrictEqual(new Set(made.map(({ service }) => placeOf(service))), new Set(places))
    assert.strictEqual(new Set(made.map(({ service }) => service)).size, services.length)
    assert.strictEqual(services.length, 200)
  })

  it("has waves: the fullest minute of each has at least three times as many runs as the emptiest", () => {
    const minutes = Array.from({ length: 10 }, (_, minute) => made.filter(({ at }) => Math.floor(at / 60) === minute))
    const counts = minutes.map(({ length }) => length)
    assert.isAtLeast(Math.max(...counts), 3 * Math.min(...counts))
  })

  it("lets runs depend on runs of their own namespace only", () => {
    const byName = new Map(made.map((run) => [run.name, run]))
    const pairs = made.flatMap(({ dependsOn, service }) =>
      dependsOn.map((name) => [placeOf(service), placeOf(byName.get(name)?.service ?? "")])
    )
    assert.isNotEmpty(pairs)
    assert.isEmpty(pairs.filter(([one, other]) => one !== other))
  })

  it("kills a replica every five minutes, takes the API server away twice, and has storms; fewer of them in ten minutes", () => {
    const [short, long] = [planOf(7, 10, 1.2), hour]
    assert.deepStrictEqual([long.kills.length, long.outages.length, long.storms.length], [11, 2, 5])
    assert.deepStrictEqual([short.kills.length, short.outages.length, short.storms.length], [3, 2, 2])
    assert.deepStrictEqual(long.kills.slice(0, 2).map(({ at }) => at), [300, 600])
  })
})
