/** What is said again of the same trouble, and what is not. */
import { assert, describe, it } from "@effect/vitest"
import { plan } from "../../src/decide/Plan.ts"
import { failureOf } from "../../src/decide/RunningStatus.ts"
import { liveRun } from "../../src/facts/LiveRun.ts"
import { givenStarted } from "../fixtures/Given.ts"
import { makeJob, stuckPod } from "../fixtures/Jobs.ts"
import { writtenStatus } from "../fixtures/PlanCase.ts"
import { jobName, makeCodeRun, makeDocsRun, namespace } from "../fixtures/Runs.ts"
import { agentRunsFact, docsRunning, now, running, started, unfinishedFact } from "../fixtures/Statuses.ts"

const describePod = `See kubectl describe pod ${jobName}-x7k2p -n ${namespace}.`
const notMade = (words: string) => `Cannot create the container claude: ${words}. ${describePod}`

/** A run whose status has said so of its start. */
const told = (message: string | undefined, reason = "ContainerNotMade", status: "True" | "False" = "False") =>
  running({
    conditions: [
      agentRunsFact(),
      unfinishedFact(started),
      {
        type: "Progressing",
        status,
        reason,
        lastTransitionTime: started,
        ...(message === undefined ? {} : { message })
      }
    ]
  })

const saidThen = (status: object, words: string) =>
  writtenStatus(plan(givenStarted({
    run: makeCodeRun({ status: { ...status } }),
    jobs: [makeJob({ pod: stuckPod("CreateContainerError", words) })]
  })))?.["message"]

describe("the words of a trouble", () => {
  it.each<{ name: string; before: object; words: string; want: string }>([
    { name: "are said first", before: running(), words: "in use", want: notMade("in use") },
    {
      name: "stay, where numbers differ",
      before: told(notMade("try 1 of 5")),
      words: "try 2 of 5",
      want: notMade("try 1 of 5")
    },
    {
      name: "stay, where ids differ",
      before: told(notMade("used by 00ff00ff")),
      words: "used by 11ee11ee",
      want: notMade("used by 00ff00ff")
    },
    { name: "are new, where a number is", before: told(notMade("try")), words: "try2", want: notMade("try2") },
    {
      name: "are new, where they say something else",
      before: told(notMade("in use")),
      words: "gone",
      want: notMade("gone")
    },
    {
      name: "stay, where less is said than before",
      before: told(notMade("in use")),
      words: "",
      want: notMade("in use")
    },
    {
      name: "are new, where less is said of something else",
      before: told("Cannot create the container other: in use."),
      words: "",
      want: `Cannot create the container claude. ${describePod}`
    },
    {
      name: "are new, where the trouble is another",
      before: told(notMade("in use"), "ImagePullBackOff"),
      words: "in use",
      want: notMade("in use")
    },
    {
      name: "are new, where the trouble is another, although numbers alone differ",
      before: told(notMade("try 1"), "ImagePullBackOff"),
      words: "try 2",
      want: notMade("try 2")
    },
    {
      name: "are new, where the trouble was over",
      before: told(notMade("try 1"), "ContainerNotMade", "True"),
      words: "try 2",
      want: notMade("try 2")
    },
    { name: "are said where nothing was", before: told(undefined), words: "in use", want: notMade("in use") }
  ])("$name", ({ before, want, words }) => assert.strictEqual(saidThen(before, words), want))
})

describe("how a run ends whose start stands still", () => {
  const standing = {
    begun: false,
    message: "It stands still",
    trouble: { reason: "Refused", failure: { reason: "SetupFailed", advice: "Look." } },
    usual: true
  } as const

  it("says what to do, and how a CodeRun is tried again", () => {
    assert.deepStrictEqual(failureOf(liveRun("CodeRun", makeCodeRun({ status: running() })), standing), {
      reason: "SetupFailed",
      message: "It stands still. Look. Then retry: kubectl patch coderun api -n orchestrator --type merge -p " +
        "'{\"spec\":{\"contextVersion\":2}}'."
    })
  })

  it("says what to do, and how a DocsRun is", () => {
    assert.deepStrictEqual(failureOf(liveRun("DocsRun", makeDocsRun({ status: docsRunning() })), standing), {
      reason: "SetupFailed",
      message: "It stands still. Look. Then retry: create the run again under another name."
    })
  })

  it("is not known of what is waited for without end", () => {
    const run = liveRun("CodeRun", makeCodeRun({ status: running() }))
    assert.isUndefined(failureOf(run, { ...standing, trouble: { reason: "Suspended" } }))
    assert.isUndefined(failureOf(run, { begun: false, message: now }))
  })
})
