/** What an attempt is told when it starts: whether it goes on with a session, and whether its branch is its own. */
import { assert, describe, it } from "@effect/vitest"
import type { Observed } from "../../src/facts/Observed.ts"
import { given } from "../fixtures/Given.ts"
import { valueOf } from "../fixtures/Pods.ts"
import { makeCodeRun } from "../fixtures/Runs.ts"
import { pausedFor } from "../fixtures/Statuses.ts"

const earlier = "00000000-0000-8000-8000-000000000001"
const resumes = (resumeSession: boolean) => makeCodeRun({ spec: { resumeSession } })
const again = makeCodeRun({ status: pausedFor("InfraLost", "2026-03-01T09:40:00Z") })
const said = { reason: "AgentError", message: "It did not work." }

describe("an attempt that starts is told", () => {
  it.each<{ name: string; observed: Observed; variable: string; want: string | undefined }>([
    {
      name: "no session, where it begins one",
      observed: given({ lastSession: earlier }),
      variable: "RESUME_SESSION_ID",
      want: undefined
    },
    {
      name: "the last session, where it is tried again",
      observed: given({ run: again, lastSession: earlier }),
      variable: "RESUME_SESSION_ID",
      want: earlier
    },
    {
      name: "that it goes on, where it is tried again",
      observed: given({ run: again }),
      variable: "RESUME_SESSION",
      want: "true"
    },
    {
      name: "that it does not go on",
      observed: given({ run: resumes(false) }),
      variable: "RESUME_SESSION",
      want: "false"
    },
    { name: "that its branch is its own", observed: given({ contested: true }), variable: "OWN_BRANCH", want: "true" },
    { name: "nothing of its branch", observed: given(), variable: "OWN_BRANCH", want: undefined }
  ])("$name", ({ observed, variable, want }) => assert.strictEqual(valueOf(observed, "claude", variable), want))

  it.each(["broker", "claude"])("of the branch that is its own in every container: %s", (container) => {
    assert.strictEqual(valueOf(given({ contested: true }), container, "OWN_BRANCH"), "true")
  })

  const attempts = (...entries: ReadonlyArray<object>) =>
    given({
      run: makeCodeRun({
        spec: { contextVersion: 3 },
        status: { phase: "Failed", reason: "AgentError", contextVersion: 2, attempts: entries }
      })
    })
  const entry = (contextVersion: number, more: object = {}) => ({
    contextVersion,
    jobName: `job-${contextVersion}`,
    ...more
  })

  it.each<{ name: string; observed: Observed; want: object | undefined }>([
    { name: "nothing, where there was none", observed: given(), want: undefined },
    { name: "nothing, where none has ended", observed: attempts(entry(1), entry(2)), want: undefined },
    { name: "its reason and words", observed: attempts(entry(1, { reason: "JobLost" }), entry(2, said)), want: said },
    { name: "its reason alone", observed: attempts(entry(2, { reason: "JobLost" })), want: { reason: "JobLost" } },
    {
      name: "of the last that has ended",
      observed: attempts(entry(1, { reason: "JobLost" }), entry(2)),
      want: { reason: "JobLost" }
    }
  ])("how the attempt before it ended: $name", ({ observed, want }) => {
    const told = valueOf(observed, "claude", "PREVIOUS_ATTEMPT")
    assert.deepStrictEqual<unknown>(told === undefined ? undefined : JSON.parse(told), want)
  })
})
