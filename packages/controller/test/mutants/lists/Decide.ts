/** Wrongs in what is decided. */
import { cases, type Mutant } from "../Mutant.ts"

const rule = (name: string) => `packages/controller/src/decide/rules/${name}.ts`

export const decide: ReadonlyArray<Mutant> = [
  {
    name: "a finished run is not over: the terminal rule is dropped",
    file: "packages/controller/src/decide/Plan.ts",
    find: "\n  terminal\n",
    replace: "\n  terminal: () => []\n",
    by: cases("S1", [], "end")
  },
  {
    name: "a finished run's Job is not released",
    file: rule("terminal"),
    find: "return [release(job, timeToLive(phase, config))]",
    replace: "return []",
    by: cases("S1", [], "end")
  },
  {
    name: "the Job of a run that failed before its end is not stopped",
    file: rule("terminal"),
    find: "if (isAlive(job) && !job.deleting) return stop(job)",
    replace: "",
    by: { test: "packages/controller/test/decide/Plan." }
  },
  {
    name: "the Job is released, with no time to live, before its result is stored",
    file: rule("jobFinished"),
    find: "conclude(stage, job, verdict)",
    replace: `[
      {
        _tag: "ReleaseJob",
        namespace: job.namespace,
        name: job.name,
        uid: job.uid,
        finalizerIndex: job.finalizerIndex,
        ttlSeconds: 0
      },
      ...conclude(stage, job, verdict)
    ]`,
    by: cases("S1", "crash", "I9")
  },
  {
    name: "the status tells of a Job before it is made",
    file: rule("jobAbsent"),
    find: "return [\n    ...lease(stage, spec),",
    replace: `return [
    ...startingStatus(stage),
    ...lease(stage, spec),`,
    by: cases("S4", "crash", "I9")
  },
  {
    name: "a Job that is gone is made a second time",
    file: "packages/controller/src/decide/Plan.ts",
    find: "jobLost: jobGone,",
    replace: "",
    by: { test: "packages/controller/test/decide/Plan." }
  },
  {
    name: "what somebody deletes goes on as if it were there",
    file: "packages/controller/src/decide/Plan.ts",
    find: "jobLost: jobBeingDeleted,",
    replace: "",
    by: cases("S7", [], "I4")
  },
  {
    name: "a Job without its files is left so",
    file: "packages/controller/src/decide/Plan.ts",
    find: "filesAbsent: ifReadable(filesAbsent),",
    replace: "",
    by: cases("S1", "crash", "I9")
  },
  {
    name: "a claim that was deleted under a waiting pod is not made again",
    file: "packages/controller/src/decide/Plan.ts",
    find: "workspaceAbsent: ifReadable(workspaceAbsent),",
    replace: "",
    by: cases("S18", [], "I4")
  },
  {
    name: "cancel is ignored while the run waits",
    file: rule("cancelled"),
    find: "if (!run.cancel) return undefined\n  const { attempt",
    replace: "if (run.cancel || !run.cancel) return undefined\n  const { attempt",
    by: cases("S26", [], "end")
  },
  {
    name: "cancel is ignored while the agent works",
    file: rule("cancelled"),
    find: "const { job, now, run } = stage\n  if (!run.cancel) return undefined",
    replace: "const { job, now, run } = stage\n  if (run !== undefined) return undefined",
    by: cases("S15", [], "I4")
  },
  {
    name: "an attempt that was superseded is not stopped",
    file: rule("supersededAttempt"),
    find: "return stop(former)",
    replace: "return []",
    by: cases("S12", [], "I4")
  },
  {
    name: "an attempt that was superseded is not recorded",
    file: rule("supersededAttempt"),
    find: "if (recorded !== undefined) {",
    replace: "if (former !== undefined) {",
    by: cases("S12", [], "end")
  },
  {
    name: "the next attempt starts beside the one before it",
    file: "packages/controller/src/decide/Stage.ts",
    find: "if (former !== undefined) return",
    replace: "if (false) return",
    by: cases("S12", [], "I4")
  },
  {
    name: "Jobs of a deleted run are held for ever",
    file: "packages/controller/src/decide/ReleaseJob.ts",
    find: "...marked.map((job) => release(job, undefined)),",
    replace: "",
    by: cases("S6", [], "I2")
  },
  {
    name: "Jobs of the run that had the name before are held for ever",
    file: "packages/controller/src/decide/Stage.ts",
    find: "if (marked.length + abandoned.length > 0) return",
    replace: "if (false) return",
    by: cases("S13", "crash", "I2")
  },
  {
    name: "equal status is written again",
    file: "packages/controller/src/decide/Status.ts",
    find: "return saysAll(before, next) ? [] : [",
    replace: "return [",
    by: { test: "packages/controller/test/program/Delivery", named: "S1: a CodeRun is delivered" }
  },
  {
    name: "a message has the time in it",
    file: "packages/controller/src/decide/Status.ts",
    find: "const message = words(change.message)",
    replace: "const message = words(`${change.message} (${now})`)",
    by: cases("S18", [], "end")
  },
  {
    name: "usage of an attempt is added each time that it is told of",
    file: "packages/controller/src/decide/Status.ts",
    find: "before?.outcome === undefined ? attempt.usage : undefined",
    replace: "attempt.usage",
    by: { test: "packages/controller/test/decide/Status." }
  },
  {
    name: "a retry is counted twice",
    file: "packages/controller/src/attempt/Pause.ts",
    find: "const retryCount = retries + 1",
    replace: "const retryCount = retries + 2",
    by: { test: "packages/controller/test/program/AutomaticRetry", named: "S17: an evicted agent goes on by itself" }
  },
  {
    name: "a pause is forgotten",
    file: "packages/controller/src/attempt/Pause.ts",
    find: "if (status.resumesAt === undefined ||",
    replace: "if (status.resumesAt !== undefined ||",
    by: cases("S21", [], "end")
  },
  {
    name: "what earlier attempts have cost is not counted",
    file: "packages/controller/src/attempt/Budget.ts",
    find: "costUsd - (usage?.costUsd ?? 0)",
    replace: "costUsd",
    by: cases("S22", [], "end")
  },
  {
    name: "the attempt's name lacks its retry",
    file: "packages/domain/src/Names.ts",
    find: "joined(\"code\", run, `v${contextVersion}-${retrySuffix(retry)}${suffixed(uid, again)}`)",
    replace: "joined(\"code\", run, `v${contextVersion}-${suffixed(uid, again)}`)",
    by: cases("S17", [], ["end", "I4"])
  },
  {
    name: "the Job's name lacks its version",
    file: "packages/domain/src/Names.ts",
    find: "joined(\"code\", run, `v${contextVersion}-${retrySuffix(retry)}${suffixed(uid, again)}`)",
    replace: "joined(\"code\", run, `v-${retrySuffix(retry)}${suffixed(uid, again)}`)",
    by: cases("S4", [], ["end", "I4"])
  },
  {
    name: "a Job is made without our finalizer",
    file: "packages/controller/src/manifest/Manifests.ts",
    find: "finalizers: [jobFinalizer],",
    replace: "",
    by: { test: "packages/controller/test/manifest/Manifests" }
  },
  {
    name: "a Job is made without its owner",
    file: "packages/controller/src/manifest/Manifests.ts",
    find: "finalizers: [jobFinalizer],\n      ownerReferences: [ownedByRun(run.kind, run)]",
    replace: "finalizers: [jobFinalizer]",
    by: cases("S1", [], "I4")
  },
  {
    name: "a Job does not say which retry it is",
    file: "packages/controller/src/manifest/Manifests.ts",
    find: "...(retry === 0 ? {} : { [retryAnnotation]: String(retry) }),",
    replace: "",
    by: cases("S17", [], "I1")
  }
]
