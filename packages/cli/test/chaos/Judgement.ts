/** Every invariant, of what the API server was asked and of what is left. */
import { Console, Effect } from "effect"
import { copyFileSync, mkdtempSync, readdirSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { controlPlane } from "../cluster/ControlPlane.ts"
import { type AuditEvent, isAccepted } from "./AuditEvent.ts"
import { allIsSettled, endsAsAsked, type Left } from "./Ends.ts"
import {
  attemptsAreCounted,
  oneActs,
  oneJobPerAttempt,
  oneOwnerPerWorkspace,
  ratesAreBounded,
  terminalStays,
  type Violation,
  writesAreBounded,
  writesAreOurs
} from "./Invariants.ts"
import type { Act } from "./Load.ts"
import type { Place } from "./Replicas.ts"
import type { Rest } from "./Rest.ts"
import type { Window } from "./Strikes.ts"

const deedsOf = (acts: ReadonlyArray<Act>): ReadonlyMap<string, number> => {
  const deeds = new Map<string, number>()
  for (const act of acts) if ("name" in act) deeds.set(act.name, (deeds.get(act.name) ?? 0) + 1)
  return deeds
}

export interface Trial {
  readonly acts: ReadonlyArray<Act>
  readonly events: ReadonlyArray<AuditEvent>
  /** How processes ended that nobody ended. */
  readonly exits: ReadonlyArray<string>
  readonly rest: Rest
  /** Runs that had ended when somebody deleted them, as they were then. */
  readonly tidied?: ReadonlyArray<Left>
  readonly windows: ReadonlyArray<Window>
}

export const judge = ({ acts, events, exits, rest, tidied = [], windows }: Trial): ReadonlyArray<Violation> => {
  const crashes = windows.filter(({ kind }) => kind.startsWith("api-server"))
  const unrest = !rest.isSettled ?
    [] :
    events.filter((event) =>
      event.life !== undefined && event.resource !== "leases" && event.received > rest.since && isAccepted(event)
    )
  return [
    ...oneJobPerAttempt(events),
    ...attemptsAreCounted(events),
    ...terminalStays(events),
    ...oneActs(events, crashes),
    ...oneOwnerPerWorkspace(events, crashes),
    ...writesAreOurs(events),
    ...ratesAreBounded(events),
    ...writesAreBounded(events, windows, deedsOf(acts)),
    ...allIsSettled(rest.left),
    ...endsAsAsked([...tidied, ...rest.left], acts, events, windows),
    ...exits.map((what) => ({ invariant: "I4" as const, what, proof: [] })),
    ...(unrest.length === 0 ? [] : [{ invariant: "I5" as const, what: "written after all had ended", proof: unrest }])
  ]
}

/** Copies what the control plane and the replicas have written, before it goes with them. */
export const keepLogs = (name: string, places: ReadonlyArray<Place>) =>
  Effect.suspend(() => {
    const folder = mkdtempSync(join(tmpdir(), `orchestrator-${name}-`))
    const plane = controlPlane().folder
    for (const log of readdirSync(plane).filter((file) => file.endsWith(".log"))) {
      copyFileSync(join(plane, log), join(folder, log))
    }
    writeFileSync(join(folder, "replicas.log"), places.map((place) => place.log()).join("\n"))
    return Console.log(`audit log, and the words of the replicas and the control plane: ${folder}`)
  })
