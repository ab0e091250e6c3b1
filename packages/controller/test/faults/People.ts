/** People and nodes of a scenario, who do their part as soon as they may. */
import { everyRunKind } from "@orchestrator/domain/kinds/RunKinds"
import type { Scenario, User } from "./Scenario.ts"

export interface People {
  /** Looks at what is true by now, and acts. */
  readonly look: () => void
  /** When somebody acts who only waits for time to pass. */
  readonly due: () => number
  /** Whether everybody has acted, and every run has ended. */
  readonly isOver: () => boolean
  /** Whether every run that there is has ended. */
  readonly haveEnded: () => boolean
  /** How many have acted. */
  readonly acted: () => number
}

const hasEnded = (user: User): boolean =>
  everyRunKind.every(({ kind }) =>
    user.runs(kind).every(({ metadata, spec, status }) =>
      metadata.deletionTimestamp === undefined &&
      ["Succeeded", "Failed", "Cancelled"].includes(String(status?.["phase"])) &&
      Number(spec["contextVersion"] ?? 1) <= Number(status?.["contextVersion"] ?? 1)
    )
  )

export const peopleOf = (scenario: Scenario, user: User, tell: (what: string) => void): People => {
  const { server } = user.simulation
  let next = 0
  let due: number | undefined
  let revision = -1
  let over = false

  const act = () => {
    for (let action = scenario.acts[next]; action !== undefined; action = scenario.acts[next]) {
      due ??= action.when(user) ? user.now() + (action.after ?? 0) : undefined
      if (due === undefined || due > user.now()) return
      due = undefined
      next++
      tell(action.name)
      action.act(user)
      server.process.tasks.drain()
    }
  }

  return {
    look: () => {
      // What people go by is stored: where nothing was written there is nothing new.
      if (server.objects.revision() === revision && due === undefined) return
      act()
      revision = server.objects.revision()
      over = next >= scenario.acts.length && hasEnded(user)
    },
    due: () => due ?? Number.POSITIVE_INFINITY,
    isOver: () => over,
    haveEnded: () => hasEnded(user),
    acted: () => next
  }
}
