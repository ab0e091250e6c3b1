import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import { shardLabel } from "../src/Labels.ts"
import { parseLabelSelector } from "../src/LabelSelector.ts"
import {
  assignedNumber,
  leaseOfShard,
  looksAfter,
  mostShards,
  numbersOf,
  shardNumberOf,
  shardSelector
} from "../src/Shards.ts"

const numbers = Array.from({ length: mostShards }, (_, number) => number)
const counts = numbers.map((number) => number + 1)
const shardsOf = (count: number) => Array.from({ length: count }, (_, index) => ({ count, index }))

describe("the number of a run", () => {
  it.each([
    { labels: undefined, want: 0 },
    { labels: {}, want: 0 },
    { labels: { [shardLabel]: "2" }, want: 2 },
    { labels: { [shardLabel]: "15" }, want: 15 },
    ...["16", "99", "-1", "01", "1.5", "0x1", "two", "", " 1", "1e0"].map((text) => ({
      labels: { [shardLabel]: text },
      want: 0
    }))
  ])("of $labels is $want", ({ labels, want }) => {
    assert.strictEqual(shardNumberOf(labels), want)
  })

  it("is the same for all runs of a service in a namespace, and spreads services evenly", () => {
    const of = (service: string, name = "x") => assignedNumber({ namespace: "agents", service, name }, 3)
    assert.strictEqual(of("api", "first"), of("api", "second"))
    assert.strictEqual(of("Api"), of("api"))
    for (const prefix of ["svc-", "team-a-service", "x"]) {
      const found = Array.from({ length: 300 }, (_, count) => of(`${prefix}${count}`))
      for (const number of [0, 1, 2]) assert.isAbove(found.filter((each) => each === number).length, 80)
    }
  })

  it("of a kind without a service follows from the run's name", () => {
    const of = (name: string) => assignedNumber({ namespace: "agents", service: undefined, name }, 3)
    assert.lengthOf(new Set(Array.from({ length: 30 }, (_, count) => of(`guide-${count}`))), 3)
  })
})

describe("who looks after it", () => {
  it("is exactly one shard, however many there are", () => {
    for (const count of counts) {
      for (const number of numbers) {
        assert.lengthOf(shardsOf(count).filter((shard) => looksAfter(shard, number)), 1)
        assert.lengthOf(shardsOf(count).filter((shard) => numbersOf(shard).includes(number)), 1)
      }
    }
  })

  it("follows its objects by a selector that matches what it looks after, and what has no number of a shard is the first one's", () => {
    const labelled = [...numbers.map(String), "99", "x"].map((text) => ({ [shardLabel]: text }))
    for (const count of counts) {
      for (const shard of shardsOf(count)) {
        const selector = shardSelector(shard)
        const matches = Result.getOrThrow(parseLabelSelector(selector ?? ""))
        for (const labels of [{}, ...labelled]) {
          assert.strictEqual(
            matches(labels),
            looksAfter(shard, shardNumberOf(labels)),
            `${selector} ${JSON.stringify(labels)}`
          )
        }
      }
    }
  })

  it("has a Lease for each number; the first is the one that installations always had", () => {
    assert.strictEqual(leaseOfShard(0), "orchestrator-controller")
    assert.strictEqual(leaseOfShard(15), "orchestrator-controller-15")
    assert.lengthOf(new Set(numbers.map(leaseOfShard)), mostShards)
  })
})
