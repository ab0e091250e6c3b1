import { assert, it } from "@effect/vitest"
import type { Identity, Pack, Store } from "@orchestrator/k8s/Store"
import fc from "fast-check"
import type { Action } from "../../src/decide/Action.ts"
import type { ClaimFacts } from "../../src/facts/Claim.ts"
import type { JobFacts } from "../../src/facts/Job.ts"
import { makePack } from "../../src/facts/Packed.ts"
import { packRun } from "../../src/facts/PackedRun.ts"
import { anyLines, clusterOf } from "../fixtures/Lines.ts"

const [packJob, packClaim] = [makePack<JobFacts>(), makePack<ClaimFacts>()]

/** How many of a store's objects are packed now. */
const packAll = <A extends Identity>({ put, values }: Store<A>, pack: Pack<A>): number =>
  [...values()].map((facts) => {
    const packed = pack(facts)
    put(packed)
    return packed === facts ? 0 : 1
  }).reduce<number>((sum, count) => sum + count, 0)

/** What is another each time: the end of the name of files, the session, and now. */
const drawn =
  /[0-9a-f]{16}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?!2026-03-|2999-)\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g
const told = (actions: ReadonlyArray<Action>): unknown => JSON.parse(JSON.stringify(actions).replaceAll(drawn, "drawn"))

it("whatever is decided of runs is decided the same when all that is known is packed", () => {
  let packed = 0
  fc.assert(
    fc.property(anyLines, (lines) => {
      const [plain, other] = [clusterOf(lines), clusterOf(lines)]
      const { jobs, runs, workspaces } = other.stores
      packed += packAll(runs.CodeRun, packRun) + packAll(jobs, packJob) + packAll(workspaces, packClaim)
      for (const { name } of lines.runs) {
        assert.deepStrictEqual(told(other.decide(name)), told(plain.decide(name)))
      }
    }),
    { numRuns: 40 }
  )
  assert.isAbove(packed, 40)
})
