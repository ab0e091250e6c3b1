/** Starts that go wrong in every way that a cluster knows: what the status says, how it ends, and when. */
import { assert, describe, it } from "@effect/vitest"
import type { ContainerState, Pod } from "@orchestrator/k8s/Objects"
import { DateTime } from "effect"
import { plan } from "../../src/decide/Plan.ts"
import { jobFacts } from "../../src/facts/Job.ts"
import { observeJob } from "../../src/facts/ObserveJob.ts"
import { podFacts } from "../../src/facts/Pod.ts"
import { givenDocs, makeConfig, presentFiles } from "../fixtures/Given.ts"
import { failed } from "../fixtures/Jobs.ts"
import { writtenStatus } from "../fixtures/PlanCase.ts"
import { docsJobName, makeCodeRun, makeDocsRun, namespace } from "../fixtures/Runs.ts"
import { afterPlan } from "../fixtures/Simulate.ts"
import {
  at,
  condition,
  container,
  created,
  done,
  job,
  observed,
  pod,
  ready,
  starts,
  unscheduled,
  up,
  waiting
} from "../fixtures/Starts.ts"
import { running } from "../fixtures/Statuses.ts"

describe("a start that stands still", () => {
  it.each(starts)(
    "$name: the status says that the start is blocked or slow, and why, and never that an agent works",
    ({ more, pod, reason = "Blocked", says }) => {
      const status = writtenStatus(plan(observed(30, pod, more)))
      assert.deepStrictEqual([status?.["phase"], status?.["reason"]], ["Running", reason])
      assert.include(String(status?.["message"]), says)
      assert.notInclude(String(status?.["message"]), "agent's container runs")
    }
  )

  it.each(starts)("$name: it is said once, whatever the time", ({ more, pod }) => {
    const first = observed(30, pod, more)
    const { run } = afterPlan(first, plan(first))
    for (const seconds of [31, 90, 500]) assert.lengthOf(plan({ ...observed(seconds, pod, more), run }).actions, 0)
  })

  it.each(starts)(
    "$name: ends as $ends after minutes, though timeoutSeconds is 60",
    ({ advice, ends, more, patient, pod }) => {
      const last = patient === true ? 1800 : 600
      assert.notStrictEqual(writtenStatus(plan(observed(last - 1, pod, more)))?.["phase"], "Failed")
      const planned = plan(observed(last, pod, more))
      const status = writtenStatus(planned)
      assert.strictEqual(ends === undefined ? undefined : status?.["reason"], ends)
      if (ends === undefined) return assert.notStrictEqual(status?.["phase"], "Failed")
      assert.include(String(status?.["message"]), advice ?? "kubectl")
      assert.include(String(status?.["message"]), `kubectl patch coderun api -n ${namespace}`)
      assert.deepStrictEqual(status?.["attempts"], [{
        ...(running()["attempts"] as ReadonlyArray<object>)[0],
        finishedAt: DateTime.formatIso(at(last)).replace(".000Z", "Z"),
        outcome: "Failed",
        reason: ends,
        message: status?.["message"]
      }])
      return undefined
    }
  )

  it.each(starts)("$name: the plan says when it wants to look again", ({ ends, more, patient, pod }) => {
    const { wakeAt } = plan(observed(100, pod, more))
    const want = ends === undefined ? undefined : at(patient === true ? 1800 : 600)
    assert.deepStrictEqual(wakeAt, want)
  })

  it.each(starts.filter(({ ends }) => ends !== undefined))(
    "$name: after its end the Job is stopped, so that workspace and place are free",
    ({ more, pod }) => {
      const failed = observed(2000, pod, more)
      const { actions } = plan(afterPlan(failed, plan(failed)))
      assert.deepStrictEqual(actions.map(({ _tag }) => _tag), ["StopJob"])
    }
  )

  it("of a DocsRun ends the same way, and names what a DocsRun can do", () => {
    const seen = pod({ ...ready, claude: waiting("ErrImagePull", "denied") })
    const docsJob = { ...observeJob(jobFacts(job()), podFacts(seen)), name: docsJobName }
    const given = { ...givenDocs({ run: makeDocsRun(), jobs: [docsJob], files: presentFiles }), now: at(601) }
    const status = writtenStatus(plan(given))
    assert.strictEqual(status?.["reason"], "ImagePullFailed")
    assert.notInclude(String(status?.["message"]), "contextVersion")
  })

  it("has the time that the configuration gives", () => {
    const seen = pod({ ...ready, claude: waiting("ErrImagePull", "denied") })
    const config = makeConfig({ job: { startDeadlineSeconds: 30 } })
    assert.strictEqual(writtenStatus(plan({ ...observed(30, seen), config }))?.["reason"], "ImagePullFailed")
  })
})

describe("words that change from try to try", () => {
  it.each([
    {
      name: "the scheduler counts other nodes",
      first: unscheduled("0/3 nodes are available: 3 Insufficient memory."),
      second: unscheduled("0/12 nodes are available: 12 Insufficient memory.")
    },
    {
      name: "the kubelet alternates between error and back-off",
      first: pod({ ...ready, claude: waiting("ErrImagePull", "manifest unknown") }),
      second: pod({ ...ready, claude: waiting("ImagePullBackOff", "Back-off pulling image \"a:1\"") })
    },
    {
      name: "the runtime names another id",
      first: pod({ ...ready, claude: waiting("CreateContainerError", "name in use by 4f1dc0ffee00") }),
      second: pod({ ...ready, claude: waiting("CreateContainerError", "name in use by 77abc0ffee11") })
    }
  ])("$name: the status is not written again", ({ first, second }) => {
    const before = observed(30, first)
    assert.lengthOf(plan({ ...observed(40, second), run: afterPlan(before, plan(before)).run }).actions, 0)
  })

  it("that cannot be seen or steer a terminal do not reach the status", () => {
    const seen = pod({ ...ready, claude: waiting("ErrImagePull", "denied\u001b]0;owned\u0007\u202e \u200bfor you") })
    // oxlint-disable-next-line no-control-regex
    assert.notMatch(String(writtenStatus(plan(observed(30, seen)))?.["message"]), /[\u0000-\u001f\u202e\u200b]/)
  })

  it("and are long are cut", () => {
    const seen = pod({ ...ready, claude: waiting("ErrImagePull", "x".repeat(50_000)) })
    assert.isBelow(String(writtenStatus(plan(observed(30, seen)))?.["message"]).length, 600)
  })
})

describe("an agent that works", () => {
  it("is not said to when its node does not answer", () => {
    const seen: Pod = {
      ...pod({ ...ready }),
      status: {
        phase: "Running",
        conditions: [condition("Ready", "False")],
        initContainerStatuses: [container("prepare", done, true), container("broker", up, true)],
        containerStatuses: [container("claude", up, true)]
      }
    }
    assert.include(String(writtenStatus(plan(observed(30, seen)))?.["message"]), "is not responding")
  })

  it("is not said to when somebody deletes its pod", () => {
    const seen = pod({ ...ready, claude: up, metadata: { deletionTimestamp: created } })
    assert.include(String(writtenStatus(plan(observed(30, seen)))?.["message"]), "is being deleted")
  })

  it("is not said to while the run is being cancelled", () => {
    const seen = pod({ ...ready, claude: up })
    const run = makeCodeRun({ spec: { cancel: true }, status: running() })
    assert.include(String(writtenStatus(plan(observed(30, seen, {}, run)))?.["message"]), "is being cancelled")
  })

  it("has its whole time, counted from when its container began", () => {
    const began: ContainerState = { running: { startedAt: "2026-03-01T09:08:20Z" } }
    const seen = pod({ ...ready, claude: began })
    assert.deepStrictEqual(plan(observed(559, seen)).rule, "jobRunning")
    assert.deepStrictEqual(plan(observed(559, seen)).wakeAt, at(560))
    const { actions, rule } = plan(observed(560, seen))
    assert.strictEqual(rule, "overtime")
    assert.deepInclude(actions[0], { reason: "DeadlineExceeded", resume: false })
  })

  it("and whose Job an older installation made has the Job's own deadline alone", () => {
    const seen = pod({ ...ready, claude: up })
    assert.notStrictEqual(plan(observed(100_000, seen, { timeoutSeconds: undefined })).rule, "overtime")
  })
})

describe("a Job that ends by its own deadline, with nobody looking after it", () => {
  const end = failed("DeadlineExceeded")

  it.each(starts.filter(({ ends, pod }) => ends !== undefined && pod !== undefined))(
    "$name: the cause is $ends, not the time",
    ({ ends, more, pod }) => {
      assert.strictEqual(writtenStatus(plan(observed(5000, pod, { ...more, end })))?.["reason"], ends)
    }
  )

  it("is DeadlineExceeded where the agent had begun", () => {
    const seen = pod({ ...ready, claude: up })
    assert.strictEqual(writtenStatus(plan(observed(5000, seen, { end })))?.["reason"], "DeadlineExceeded")
  })
})

describe("a suspended Job", () => {
  it("that is cancelled goes on to end: suspended it never would", () => {
    const run = makeCodeRun({ spec: { cancel: true }, status: running() })
    assert.deepInclude(plan(observed(30, undefined, { suspended: true }, run)).actions[0], { resume: true })
  })

  it("that is let go on has its start counted from then", () => {
    const seen = job({}, [{ type: "Suspended", status: "False", lastTransitionTime: "2026-03-01T12:00:00Z" }])
    const given = observed(3 * 3600 + 10, undefined, { podRefused: "denied the request: no" }, undefined, seen)
    assert.notStrictEqual(writtenStatus(plan(given))?.["phase"], "Failed")
  })
})

describe("containers that others put into the pod", () => {
  const ended: ContainerState = { terminated: { exitCode: 0, reason: "Completed", message: "{}" } }
  const proxy = (state: ContainerState) => [container("istio-proxy", state, true)]

  it("do not keep a pod whose agent has ended", () => {
    const { actions, rule } = plan(observed(30, pod({ ...ready, claude: ended, others: proxy(up) })))
    assert.strictEqual(rule, "leftovers")
    assert.deepInclude(actions[0], { reason: "Finished" })
  })

  it.each([
    { name: "that have ended as well", pod: pod({ ...ready, claude: ended, others: proxy(ended) }) },
    { name: "while the agent works", pod: pod({ ...ready, claude: up, others: proxy(up) }) },
    { name: "of which there are none", pod: pod({ ...ready, claude: ended }) }
  ])("$name: nothing is stopped", ({ pod }) => assert.notStrictEqual(plan(observed(30, pod)).rule, "leftovers"))

  it("that do not start block nothing: the agent works", () => {
    const seen = pod({ ...ready, claude: up, others: proxy(waiting("ImagePullBackOff", "denied")) })
    assert.lengthOf(plan(observed(30, seen)).actions, 0)
  })
})
