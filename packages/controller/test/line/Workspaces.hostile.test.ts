/** Which claim a run gets while others have, plant or fight for the names that could be its. */
import { assert, describe, it } from "@effect/vitest"
import { type Tenant, tenantOf, workspaceNames } from "@orchestrator/domain/Tenant"
import type { WorkspaceTurn } from "../../src/facts/Observed.ts"
import { type Candidate, chooseClaim, mustWait } from "../../src/line/Workspaces.ts"
import { makeConfig } from "../fixtures/Given.ts"

const ada = tenantOf({ service: "payments", repositoryUrl: "https://github.com/acme/api", githubUser: "ada" })
const eve = tenantOf({ service: "payments", repositoryUrl: "https://github.com/eve/api", githubUser: "eve" })
const [plain, first = "", second = "", third = ""] = workspaceNames(ada)

const absent: Candidate = { claim: undefined, usedByOthers: false }
const of = (
  tenant: Tenant | "unknown" | undefined,
  changes: Partial<Candidate> = {},
  lastHolder?: Tenant
): Candidate => ({
  claim: { tenant, lastHolder },
  usedByOthers: false,
  ...changes
})

describe("the claim of a tenant", () => {
  it.each<{ name: string; given: Readonly<Record<string, Candidate>>; want: readonly [string, string] }>([
    { name: "nothing is there: the plain name, to be made", given: {}, want: [plain, "absent"] },
    { name: "its own", given: { [plain]: of(ada) }, want: [plain, "mine"] },
    { name: "the plain one is another's: a hashed name", given: { [plain]: of(eve) }, want: [first, "absent"] },
    {
      name: "its hashed one, also when the plain one has become free since",
      given: { [first]: of(ada) },
      want: [first, "mine"]
    },
    {
      name: "its hashed one, also when the plain one of an older version could be adopted",
      given: { [plain]: of(undefined), [first]: of(ada) },
      want: [first, "mine"]
    },
    { name: "an older version's claim is adopted", given: { [plain]: of(undefined) }, want: [plain, "adopted"] },
    {
      name: "an older version's claim that a run of this tenant held last is adopted",
      given: { [plain]: of(undefined, {}, ada) },
      want: [plain, "adopted"]
    },
    {
      name: "an older version's claim is adopted while its last holder, of this tenant, still works in it",
      given: { [plain]: of(undefined, { usedByOthers: false }, ada) },
      want: [plain, "adopted"]
    },
    {
      name: "whoever comes first after an upgrade does not get what another's run held last",
      given: { [plain]: of(undefined, {}, eve) },
      want: [first, "absent"]
    },
    {
      name: "an unmarked claim in which another tenant's Job works is not adopted",
      given: { [plain]: of(undefined, { usedByOthers: true }) },
      want: [first, "absent"]
    },
    {
      name: "a deleted claim in whose name another's Job still runs is not made for us",
      given: { [plain]: { claim: undefined, usedByOthers: true } },
      want: [first, "absent"]
    },
    {
      name: "a claim that says something unreadable is another's",
      given: { [plain]: of("unknown") },
      want: [first, "absent"]
    },
    {
      name: "an unmarked claim planted under our hashed name is never adopted",
      given: { [plain]: of(eve), [first]: of(undefined) },
      want: [second, "absent"]
    },
    {
      name: "a hashed name that another has made its own leaves the next",
      given: { [plain]: of(eve), [first]: of(eve), [second]: of("unknown") },
      want: [third, "absent"]
    },
    {
      name: "when all are another's, that is said, and nothing is shared",
      given: { [plain]: of(eve), [first]: of(eve), [second]: of(eve), [third]: of(eve) },
      want: [plain, "taken"]
    }
  ])("$name", ({ given, want }) => {
    const { name, standing } = chooseClaim(ada, (claim) => given[claim] ?? absent)
    assert.deepStrictEqual([name, standing], [...want])
  })

  it("is none of another's, whatever is there", () => {
    const mine = new Set(workspaceNames(ada).slice(1))
    for (const name of workspaceNames(eve).slice(1)) assert.isFalse(mine.has(name))
  })
})

describe("a run in its workspace", () => {
  it.each<{ turn: WorkspaceTurn | undefined; alone: boolean; shared: boolean }>([
    { turn: undefined, alone: false, shared: false },
    { turn: { tag: "mine" }, alone: false, shared: false },
    { turn: { tag: "free" }, alone: false, shared: false },
    { turn: { tag: "taken" }, alone: false, shared: false },
    { turn: { tag: "waiting", behind: "other" }, alone: true, shared: false },
    { turn: { tag: "ending" }, alone: true, shared: false },
    { turn: { tag: "deleting" }, alone: true, shared: true }
  ])("whose turn is $turn.tag must wait: $alone, where workspaces are shared: $shared", ({ alone, shared, turn }) => {
    assert.deepStrictEqual(
      (["Exclusive", "Shared"] as const).map((access) => mustWait(turn, makeConfig({ storage: { access } }))),
      [alone, shared]
    )
  })
})
