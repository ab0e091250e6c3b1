/** When a run is looked at again although nothing has happened. */
import { assert, describe, it } from "@effect/vitest"
import { DateTime } from "effect"
import { plan } from "../../src/decide/Plan.ts"
import type { Observed, ObservedJob } from "../../src/facts/Observed.ts"
import { behind, given, givenStarted, workspace } from "../fixtures/Given.ts"
import { complete, failed, gonePod, makeJob, makePod, startingPod } from "../fixtures/Jobs.ts"
import { makeCodeRun } from "../fixtures/Runs.ts"
import { finished, pausedFor, running } from "../fixtures/Statuses.ts"

/** A time of the hour before or after ten, which is now. */
const time = (text: string) => `2026-03-01T${text}Z`
const at = (text: string) => DateTime.makeUnsafe(time(text))

const started = (changes: Partial<ObservedJob>) =>
  givenStarted({ run: makeCodeRun({ status: running() }), jobs: [makeJob(changes)] })
const raised = makeCodeRun({ spec: { contextVersion: 2 }, status: running() })
const failing = { ...failed("DeadlineExceeded"), at: time("09:58:00") }
const soon = workspace({ tag: "waiting", behind: "other", until: at("10:00:30") })

describe("a run is looked at again", () => {
  it.each<{ name: string; observed: Observed; want: string | undefined }>([
    {
      name: "never by itself, where it only waits for others",
      observed: given({ workspace: behind("other") }),
      want: undefined
    },
    {
      name: "when others may have got into its workspace unseen",
      observed: given({ workspace: soon }),
      want: "10:00:30"
    },
    {
      name: "when its pause is over",
      observed: given({ run: makeCodeRun({ status: pausedFor("RateLimited", time("10:05:00")) }) }),
      want: "10:05:00"
    },
    {
      name: "at the first of two times, the second of which is its pause's",
      observed: given({ workspace: soon, run: makeCodeRun({ status: pausedFor("RateLimited", time("10:05:00")) }) }),
      want: "10:00:30"
    },
    {
      name: "at the first of two times, the first of which is its pause's",
      observed: given({ workspace: soon, run: makeCodeRun({ status: pausedFor("RateLimited", time("10:00:10")) }) }),
      want: "10:00:10"
    },
    {
      name: "never for a time that is past",
      observed: given({ workspace: workspace({ tag: "waiting", behind: "other", until: at("10:00:00") }) }),
      want: undefined
    },
    {
      name: "at the time that is not past",
      observed: given({
        workspace: workspace({ tag: "waiting", behind: "other", until: at("10:00:00") }),
        run: makeCodeRun({ status: pausedFor("RateLimited", time("10:05:00")) })
      }),
      want: "10:05:00"
    },
    {
      name: "when a former attempt's pod has had its time to end",
      observed: given({ run: raised, jobs: [makeJob({ stopping: "Cancelled", failing, pod: makePod() })] }),
      want: "10:03:00"
    },
    {
      name: "not for the workspace while a former attempt ends",
      observed: given({ run: raised, workspace: soon, jobs: [makeJob({ stopping: "Cancelled", pod: makePod() })] }),
      want: undefined
    },
    {
      name: "never once it has ended",
      observed: given({
        run: makeCodeRun({ status: finished("Failed", "AgentError") }),
        jobs: [makeJob({ end: failed() })]
      }),
      want: undefined
    },
    {
      name: "when the pod of a Job that is over may be told of no more",
      observed: started({ end: { ...complete, at: time("09:58:00") }, podBehind: true }),
      want: "10:01:00"
    },
    {
      name: "when the pod of a Job that fails has had its time to end",
      observed: started({ failing, pod: makePod() }),
      want: "10:03:00"
    },
    {
      name: "when the pod of a Job that fails has had its time, not when its agent's time is over",
      observed: started({ failing, timeoutSeconds: 3610, pod: makePod() }),
      want: "10:03:00"
    },
    {
      name: "when the agent's time is over",
      observed: started({ timeoutSeconds: 3660, pod: makePod() }),
      want: "10:01:00"
    },
    {
      name: "not when the agent's time is over that was told to stop",
      observed: started({ timeoutSeconds: 3660, stopping: "Cancelled", pod: makePod() }),
      want: undefined
    },
    {
      name: "not when the time of an agent is over that has ended",
      observed: started({ timeoutSeconds: 3660, pod: gonePod }),
      want: undefined
    },
    {
      name: "when a start has taken as long as usual",
      observed: started({ createdAt: time("09:59:55"), pod: startingPod({ createdAt: time("09:59:56") }) }),
      want: "10:00:06"
    },
    {
      name: "when a Job without a pod has taken as long as usual",
      observed: started({ createdAt: time("09:59:55") }),
      want: "10:00:05"
    },
    {
      name: "when it is worth telling that a pod has no node",
      observed: started({
        createdAt: time("09:00:00"),
        pod: startingPod({
          createdAt: time("09:59:00"),
          onNode: false,
          stuck: { reason: "Unschedulable", message: "none", since: time("09:59:55") }
        })
      }),
      want: "10:00:05"
    },
    {
      name: "when a start that fails has had its time",
      observed: started({ createdAt: time("09:55:00"), podRefused: "denied the request: no" }),
      want: "10:05:00"
    }
  ])("$name: $want", ({ observed, want }) => {
    assert.deepStrictEqual(plan(observed).wakeAt, want === undefined ? undefined : at(want))
  })
})
