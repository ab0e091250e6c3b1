/**
 * Finished runs past `history.*`, and workspaces that nobody has used for `storage.unusedDays`: deleted one a second by whoever acts on them,
 * the oldest runs first. Time counts only as far as the API server's clock agrees with this machine's.
 */
import { hasReason, type KubernetesError } from "@orchestrator/k8s/KubernetesError"
import { DateTime, Effect, Result } from "effect"
import { Removal } from "../act/Removal.ts"
import { Stores } from "../facts/Stores.ts"
import { hasHistoryLimits, keptBecause, pastRuns } from "../keep/History.ts"
import { judgeClaim, judgeClaims } from "../keep/UnusedClaims.ts"
import type { Moment } from "../line/Waiting.ts"
import { roughly } from "./Roughly.ts"
import { ControllerSettings } from "./Settings.ts"
import { makeTries } from "./Tries.ts"

const passSeconds = 300
/** Between two deletions. */
const pauseSeconds = 1
/** What a pass deletes at most: by then what was found at its beginning is looked at anew. */
const mostAtOnce = 100
/** What fails so often in a pass fails for all of them. */
const mostFailures = 3

const isRace = hasReason("Conflict", "NotFound")

/** One thing to delete. */
interface Due {
  readonly uid: string
  /** What it is, in a log line. */
  readonly what: Readonly<Record<string, string>>
  /** Undefined: it is not to go any more. */
  readonly remove: Effect.Effect<Effect.Effect<void, KubernetesError> | undefined, KubernetesError>
}

/** `acts`: whether the runs of a shard's number are this process's to act on now. */
export const makeRemovals = Effect.fnUntraced(function*(acts: (number: number) => boolean) {
  const stores = yield* Stores
  const removal = yield* Removal
  const { config, namespace } = yield* ControllerSettings
  const { storage: { unusedDays } } = config

  const at = (now: DateTime.Utc): Moment => ({ config, now, snapshot: stores })

  /** A clock that is set deletes nothing before its time. */
  const agreedTime = Effect.gen(function*() {
    const server = yield* removal.serverTime(namespace)
    const own = yield* DateTime.now
    return server === undefined ? undefined : DateTime.min(server, own)
  })

  const runsDue = (moment: Moment): ReadonlyArray<Due> =>
    pastRuns(moment)
      .filter(({ run }) => acts(run.shard) && keptBecause(moment, run) === undefined)
      .map(({ limit, run }) => ({
        uid: run.uid,
        what: { kind: run.kind, namespace: run.namespace, run: run.name, limit },
        remove: Effect.sync(() =>
          stores.runs[run.kind].has(run) && keptBecause(moment, run) === undefined ? removal.run(run) : undefined
        )
      }))

  const claimsDue = (moment: Moment): ReadonlyArray<Due> => {
    // Claims are of no shard: the first one looks after all of them.
    if (unusedDays === undefined || !acts(0)) return []
    return judgeClaims(moment, unusedDays).filter(({ goes }) => goes).map(({ because, claim }) => ({
      uid: claim.uid,
      what: { namespace: claim.namespace, workspace: claim.name, because },
      remove: Effect.gen(function*() {
        // Also somebody else's pod may have it, and a claim in use that is deleted is gone with that pod.
        if ((yield* removal.podsIn(claim)).length > 0) return undefined
        const now = judgeClaim(moment, claim, unusedDays)
        return now?.goes === true ? removal.workspace(now.claim) : undefined
      })
    }))
  }

  /** Answers with whether there is more to delete. */
  const passOver = (due: (moment: Moment) => ReadonlyArray<Due>) => {
    const tries = makeTries()

    const removed = Effect.fnUntraced(function*({ remove, uid, what }: Due) {
      const result = yield* Effect.result(Effect.flatMap(remove, (removing) =>
        removing === undefined
          ? Effect.succeed(false)
          : Effect.as(removing, true)))
      if (Result.isSuccess(result)) {
        if (result.success) yield* Effect.logInfo("Deleted").pipe(Effect.annotateLogs(what))
        else tries.tried(uid)
        return true
      }
      tries.tried(uid)
      if (isRace(result.failure)) return true
      yield* Effect.logWarning(`Not deleted: ${result.failure.message}`).pipe(Effect.annotateLogs(what))
      return false
    })

    return Effect.gen(function*() {
      if (due(at(yield* DateTime.now)).length === 0) return false
      const time = yield* agreedTime
      const all = time === undefined ? [] : due(at(time))
      tries.begin(all.map(({ uid }) => uid))
      const now = all.filter(({ uid }) => tries.isDue(uid)).slice(0, mostAtOnce)
      let failures = 0
      for (const each of now) {
        if (!(yield* removed(each))) failures += 1
        if (failures === mostFailures) return false
        yield* roughly(pauseSeconds)
      }
      return now.length === mostAtOnce
    }).pipe(
      Effect.catch((error) => Effect.as(Effect.logWarning(`Nothing old is deleted: ${error.message}`), false))
    )
  }

  const passes = [
    ...(hasHistoryLimits(config) ? [passOver(runsDue)] : []),
    ...(unusedDays === undefined ? [] : [passOver(claimsDue)])
  ]

  const remove = Effect.gen(function*() {
    if (passes.length === 0) return yield* Effect.never
    yield* roughly(passSeconds)
    for (const pass of passes) {
      while (yield* pass);
    }
  })

  return { remove }
})
