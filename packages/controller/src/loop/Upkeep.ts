/** What no event asks for: the safety net, and what an upgrade leaves to do. Both take their time. */
import { everyRunKind } from "@orchestrator/domain/kinds/RunKinds"
import { DateTime, Effect } from "effect"
import { Interpreter } from "../act/Interpreter.ts"
import { Action } from "../decide/Action.ts"
import { settled } from "../decide/Status.ts"
import type { JobFacts } from "../facts/Job.ts"
import type { RunFacts } from "../facts/Run.ts"
import { keyOf, type RunKey } from "../facts/RunKey.ts"
import { Stores } from "../facts/Stores.ts"
import { roughly } from "./Roughly.ts"
import { makeTries } from "./Tries.ts"

const sweepSeconds = 300
/** For what is still to be done where nothing may happen any more that could tell. */
const leftSeconds = 30
/** Between two writes that nothing but an upgrade is the cause of. */
const settleSeconds = 1

const lacksFinished = (run: RunFacts): boolean => run.ended && run.lacksFinished

/** `acts`: whether the runs of a shard's number are this process's to act on now. */
export const makeUpkeep = Effect.fnUntraced(function*(
  enqueue: (key: RunKey) => Effect.Effect<void>,
  acts: (number: number) => boolean
) {
  const { jobs, runs } = yield* Stores
  const { perform } = yield* Interpreter

  /** What an event should have brought is looked at all the same. */
  const sweep = Effect.gen(function*() {
    yield* roughly(sweepSeconds)
    for (const { kind } of everyRunKind) {
      const active = [...runs[kind].values()].filter((run) => !run.ended)
      yield* Effect.forEach(active, (run) => enqueue(keyOf(run)), { discard: true })
    }
  })

  /** Whether a Job of ours is still to be stopped, recorded or let go: it is over or goes, or its run wants no more of it. */
  const isLeft = (job: JobFacts): boolean =>
    job.held && (job.deleting || job.end !== undefined || job.runs.every((key) => {
      const run = runs[key.kind].get(key)
      return run === undefined || run.deleting || run.ended || run.cancel
    }))

  /** An answer that was wrong, or got lost, keeps no cancelled agent at work and no deleted Job in the cluster. */
  const finishJobs = Effect.gen(function*() {
    yield* roughly(leftSeconds)
    yield* Effect.forEach(
      [...jobs.values()].filter(isLeft).flatMap((job) => job.runs),
      (run) => enqueue(run),
      { discard: true }
    )
  })

  const settleRun = Effect.fnUntraced(function*(run: RunKey & { readonly uid: string }) {
    const { feedback } = yield* perform({ rule: "settleEnded", actions: [Action.ReadRun(run)] })
    if (feedback?._tag !== "WholeRun") return
    yield* perform({ rule: "settleEnded", actions: settled(run.kind, feedback.run, yield* DateTime.now) })
  })

  /** Runs for which that changed nothing, as where their definition lacks conditions. */
  const tries = makeTries()

  /** Runs that an older version ended get the condition `Finished`: one in a second, however many there are. */
  const settleEnded = Effect.gen(function*() {
    yield* roughly(sweepSeconds)
    const lacking = everyRunKind.flatMap(({ kind }) =>
      [...runs[kind].values()].filter((run) => lacksFinished(run) && acts(run.shard))
    )
    tries.begin(lacking.map(({ uid }) => uid))
    for (const { kind, name, namespace, uid } of lacking) {
      const run = runs[kind].get({ name, namespace })
      if (!tries.isDue(uid) || run === undefined || !lacksFinished(run)) continue
      tries.tried(uid)
      yield* settleRun({ kind, namespace, name, uid }).pipe(
        Effect.catch((error) => Effect.logDebug("cannot say that a run has ended", error.message))
      )
      yield* roughly(settleSeconds)
    }
  })

  return { sweep, finishJobs, settleEnded }
})
