/** A few cases at the moments that matter most; `npm run faults:agent` plays the others. */
import { afterAll, assert, describe, it } from "@effect/vitest"
import { type Choices, choose } from "@orchestrator/embedded/faults/Choices"
import { type Fault, faultText, menuOf } from "./Fault.ts"
import { makePlayer } from "./Play.ts"
import { type Scenario, scenarioOf } from "./Scenario.ts"

const player = await makePlayer(new Map())
afterAll(() => player.close())

const known = (id: string): Scenario => {
  const scenario = scenarioOf(id)
  if (scenario === undefined) throw new Error(`expected a scenario, found ${id}`)
  return scenario
}

/** The case with this fault at the point with this name. */
const caseOf = async (scenario: Scenario, name: string | RegExp, fault: Fault): Promise<Choices> => {
  const { points } = await player.calmOf(scenario)
  const isMeant = (words: string) => typeof name === "string" ? words === name : name.test(words)
  const index = points.findIndex(({ label, owner }) => isMeant(`${owner} ${label}`))
  const point = points[index]
  const number = point === undefined ? -1 : menuOf(point.kind).findIndex((each) => faultText(each) === faultText(fault))
  if (number < 0) {
    throw new Error(`expected ${faultText(fault)} at ${String(name)}: npm run fault:agent -- ${scenario.id} --points`)
  }
  return choose([index, number + 1])
}

const podKilled = (when: "before" | "after" | "middle"): Fault => ({ _tag: "Kill", who: "pod", when })
const killed = (when: "before" | "after" | "middle"): Fault => ({ _tag: "Kill", who: "self", when })
const fails = (how: "no" | "lost" | "ENOSPC", when: "before" | "after" = "before"): Fault => ({
  _tag: "Fail",
  how,
  when
})

const push = "broker git push --porcelain --no-verify --no-recurse-submodules"

describe("delivered exactly once, and nothing is lost, where", () => {
  it.each<readonly [name: string, scenario: string, point: string | RegExp, fault: Fault]>([
    ["the node is lost when the branch was pushed", "A1", push, podKilled("after")],
    [
      "the node is lost while the runner notes what it pushed",
      "A1",
      /^runner writeFile .*\/state\.json(?:\.new)? #2$/,
      podKilled("middle")
    ],
    ["the node is lost when the pull request was opened", "A1", "runner POST /run/deliver", podKilled("after")],
    ["the node is lost when the agent had committed", "A2", "broker POST /v1/messages #3", podKilled("before")],
    [
      "git is killed while it checks out",
      "A5",
      "runner git checkout --quiet --force feature/task-1-implementation",
      podKilled("middle")
    ],
    ["the remote takes no push", "A1", push, fails("no")],
    ["the answer to a push is lost", "A1", push, fails("lost", "after")],
    ["the answer of the forge is lost", "A1", "broker POST /repos/acme/target/pulls", fails("lost", "after")],
    ["the broker is killed when upstream has the push", "A1", push, killed("after")],
    ["the broker's disk is full when it reports", "A1", "broker writeFile POD/brokerReport #4", fails("ENOSPC")]
  ])("%s", { timeout: 120_000 }, async (_, id, point, fault) => {
    const scenario = known(id)
    const { struck, violations } = await player.play(scenario, await caseOf(scenario, point, fault))
    assert.strictEqual(struck, 1)
    assert.deepStrictEqual(violations, [])
  })
})
