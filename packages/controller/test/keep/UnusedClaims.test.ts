/** Which workspaces go because nobody has used them, and what keeps the others. */
import { assert, describe, it } from "@effect/vitest"
import { DateTime } from "effect"
import { judgeClaims } from "../../src/keep/UnusedClaims.ts"
import { type EndedParts, endedRun, finishedCondition } from "../fixtures/EndedRuns.ts"
import { claimNames, jobAt, lineClaim, lineRun, momentOf, podAt, type Things } from "../fixtures/SnapshotOf.ts"

const last = (parts: EndedParts = {}) => endedRun("last", parts)
const held = lineClaim({ holder: "last-uid" })

interface Case {
  readonly name: string
  readonly things: Things
  readonly days?: number
  readonly goes: boolean
  readonly because: RegExp
}

const cases: ReadonlyArray<Case> = [
  { name: "unused for longer", things: { claims: [held], runs: [last()] }, goes: true, because: /for 9 days/ },
  {
    name: "used since",
    things: { claims: [held], runs: [last()] },
    days: 10,
    goes: false,
    because: /used it 9 days ago/
  },
  {
    name: "used since by another run",
    things: { claims: [held], runs: [last(), endedRun("other", { minute: 60 * 24 * 8 })] },
    goes: false,
    because: /used it 1 day ago/
  },
  {
    name: "made since, whatever its runs say",
    things: { claims: [{ ...held, madeAt: Date.parse("2026-03-09T08:00:00Z") / 1000 }], runs: [last()] },
    goes: false,
    because: /used it 1 day ago/
  },
  {
    name: "used in the future",
    things: { claims: [held], runs: [last({ minute: 60 * 24 * 400 })] },
    goes: false,
    because: /used it less than a day ago/
  },
  {
    name: "used at no time that can be read",
    things: { claims: [held], runs: [last({ status: { finishedAt: "then" } })] },
    goes: false,
    because: /do not say when/
  },
  {
    name: "without our label",
    things: { claims: [{ ...held, isWorkspace: false }], runs: [last()] },
    goes: false,
    because: /no workspace/
  },
  { name: "kept", things: { claims: [{ ...held, kept: true }], runs: [last()] }, goes: false, because: /annotation/ },
  {
    name: "being deleted",
    things: { claims: [{ ...held, deleting: true }], runs: [last()] },
    goes: false,
    because: /being deleted/
  },
  {
    name: "of nobody",
    things: { claims: [{ ...held, tenant: undefined }], runs: [last()] },
    goes: false,
    because: /whose/
  },
  {
    name: "of whom cannot be read",
    things: { claims: [{ ...held, tenant: "unknown" }], runs: [last()] },
    goes: false,
    because: /whose/
  },
  {
    name: "with a live Job",
    things: { claims: [held], runs: [last()], jobs: [jobAt(last())] },
    goes: false,
    because: /used by last/
  },
  {
    name: "with a pod that is ending",
    things: { claims: [held], runs: [last()], pods: [podAt(last())] },
    goes: false,
    because: /used by last/
  },
  {
    name: "with a run in its line",
    things: { claims: [held], runs: [last(), lineRun("next")] },
    goes: false,
    because: /waited for by next/
  },
  {
    name: "with a run that is suspended",
    things: { claims: [held], runs: [last(), lineRun("later", { spec: { suspend: true } })] },
    goes: false,
    because: /may yet be used by later/
  },
  {
    name: "whose last run is gone",
    things: { claims: [lineClaim({ holder: "gone-uid" })], runs: [last()] },
    goes: false,
    because: /not known any more/
  },
  { name: "without any run", things: { claims: [lineClaim()] }, goes: false, because: /not known any more/ },
  {
    name: "whose last run is another tenant's",
    things: { claims: [held], runs: [last({ spec: { githubUser: "bob" } })] },
    goes: false,
    because: /not known any more/
  },
  {
    name: "with work that an earlier run did not push",
    things: {
      claims: [held],
      runs: [last(), endedRun("early", { phase: "Failed", status: { conditions: [finishedCondition] } })]
    },
    goes: false,
    because: /not pushed: of early/
  },
  {
    name: "whose last run failed after a push",
    things: { claims: [held], runs: [last({ phase: "Failed", status: { reason: "AgentError" } })] },
    goes: false,
    because: /has not delivered/
  },
  {
    name: "whose last run found nothing to change",
    things: {
      claims: [held],
      runs: [last({ phase: "Failed", status: { reason: "NoChanges", conditions: [finishedCondition] } })]
    },
    goes: true,
    because: /for 9 days/
  }
]

describe("a workspace", () => {
  it.each(cases)("$name: goes $goes", ({ because, days = 8, goes, things }) => {
    const moment = { ...momentOf(things), now: DateTime.makeUnsafe("2026-03-10T10:00:00Z") }
    const [judged] = judgeClaims(moment, days)
    assert.strictEqual(judged?.claim.name, claimNames[0])
    assert.strictEqual(judged?.goes, goes)
    assert.match(judged?.because ?? "", because)
  })
})
