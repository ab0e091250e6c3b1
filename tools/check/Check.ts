/** A check: something that can be wrong with the repository, and the words that say where. */
import { Clock, Effect } from "effect"

export interface CheckResult {
  readonly ok: boolean
  /** What the check has to say: the problems of a failed one; at most a phrase of a passed one. */
  readonly words: string
}

export interface Check<R = never> {
  readonly name: string
  /** Looks at the repository (or a part of one) in this folder. */
  readonly inspect: (root: string) => Effect.Effect<CheckResult, never, R>
}

/** A verdict with the check that it is of, and how long that took. */
export interface Finding extends CheckResult {
  readonly name: string
  readonly millis: number
}

/** The verdict of a check that lists its problems. */
export const resultOf = (problems: ReadonlyArray<string>, note = ""): CheckResult =>
  problems.length === 0 ? { ok: true, words: note } : { ok: false, words: problems.join("\n") }

/** Runs one check and times it. */
export const perform = <R>({ inspect, name }: Check<R>, root: string): Effect.Effect<Finding, never, R> =>
  Effect.gen(function*() {
    const begin = yield* Clock.currentTimeMillis
    const verdict = yield* inspect(root)
    const end = yield* Clock.currentTimeMillis
    return { ...verdict, name, millis: end - begin }
  })
