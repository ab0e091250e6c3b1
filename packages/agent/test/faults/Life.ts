/**
 * One life of a program in the pod, in this thread: its services are the real ones, and each change that it makes to the world is a point.
 * When it is killed nothing of it happens any more: what it asked for never comes back, its children are gone, nothing is tidied up.
 */
import { Deferred, Effect, type Exit } from "effect"
import type { Fault, PointKind } from "./Fault.ts"
import type { Owner, Points } from "./Points.ts"
import type { Time } from "./Time.ts"

export interface Life {
  readonly owner: Owner
  readonly id: string
  readonly time: Time
  readonly isAlive: () => boolean
  readonly kill: () => void
  /** Called once, in this very moment. */
  readonly onKill: (happens: () => void) => void
  /** Counts a point of it. */
  readonly reach: (kind: PointKind, what: string) => Fault | undefined
  /** Kills or stops whom the fault means. */
  readonly strike: (fault: Fault) => void
  /** What comes of it, unless it is dead by then: then nothing ever does. */
  readonly alive: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  /** The same of what is given up at once when it is killed. */
  readonly untilKilled: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  /** While it is under way, time stands still. */
  readonly working: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  readonly perform: <A, E, R>(kind: PointKind, what: string, ways: Ways<A, E, R>) => Effect.Effect<A, E, R>
}

/** How a change of the world may go. */
export interface Ways<A, E, R> {
  readonly real: Effect.Effect<A, E, R>
  readonly half?: Effect.Effect<unknown, E, R>
  readonly failed: (fault: Extract<Fault, { readonly _tag: "Fail" }>) => Effect.Effect<A, E, R>
}

export interface LifeOptions {
  readonly owner: Owner
  readonly id: string
  readonly time: Time
  readonly points: Points
  readonly strike: (life: Life, fault: Fault) => void
}

export const makeLife = ({ id, owner, points, strike, time }: LifeOptions): Life => {
  let isOver = false
  const endings: Array<() => void> = []
  const killed = Deferred.makeUnsafe<never>()

  const kill = () => {
    if (isOver) return
    isOver = true
    time.forget(id)
    for (const happens of endings) happens()
    Deferred.doneUnsafe(killed, Effect.interrupt)
  }
  const alive: Life["alive"] = (effect) =>
    Effect.suspend(() => isOver ? Effect.never : effect).pipe(
      Effect.exit,
      Effect.flatMap((
        exit
      ): Exit.Exit<Effect.Success<typeof effect>, Effect.Error<typeof effect>> | Effect.Effect<never> =>
        isOver ? Effect.never : exit
      )
    )
  const working: Life["working"] = (effect) =>
    Effect.suspend(() => {
      time.begin()
      return Effect.ensuring(effect, Effect.sync(time.end))
    })
  const perform: Life["perform"] = (kind, what, { failed, half, real }) =>
    Effect.suspend(() => {
      if (isOver) return Effect.never
      const fault = points.reach(owner, kind, what)
      // Of a request it is seen elsewhere.
      const done = alive(kind === "call" ? real : working(real))
      if (fault === undefined) return done
      const struck = Effect.suspend(() => {
        strike(life, fault)
        return isOver ? Effect.never : Effect.void
      })
      switch (fault._tag) {
        case "Kill":
          if (fault.when === "after") return Effect.tap(done, struck)
          if (fault.when === "middle") {
            return alive(Effect.andThen(Effect.exit(working(half ?? Effect.void)), Effect.andThen(struck, done)))
          }
          return Effect.andThen(struck, done)
        case "Stop":
          return Effect.andThen(struck, done)
        case "Fail":
          return fault.when === "before"
            ? alive(failed(fault))
            : Effect.andThen(Effect.exit(done), alive(failed(fault)))
        case "Hang":
          return Effect.never
        case "Late":
          return Effect.tap(done, Effect.sleep(fault.seconds * 1000))
      }
    })
  const life: Life = {
    owner,
    id,
    time,
    isAlive: () => !isOver,
    kill,
    onKill: (happens) => void endings.push(happens),
    reach: (kind, what) => points.reach(owner, kind, what),
    strike: (fault) => strike(life, fault),
    alive,
    untilKilled: (effect) => alive(Effect.raceFirst(effect, Deferred.await(killed))),
    working,
    perform
  }
  return life
}
