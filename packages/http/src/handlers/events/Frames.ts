/** What is sent of a stream of events, byte for byte; of a change once for all who are told the same of it. Pure. */
import type { KindName } from "@orchestrator/domain/kinds/RunKinds"
import type { Change } from "@orchestrator/k8s/Reflector"
import type { RunStreamEvent } from "../../contract/RunEvents.ts"
import type { LoggedChange } from "./EventLog.ts"
import { type Position, positionText } from "./Position.ts"

export const beatSeconds = 15

type Named<Name> = Extract<RunStreamEvent, { readonly event: Name }>
export type ResetReason = Named<"reset">["data"]["reason"]
export type EndReason = Named<"end">["data"]["reason"]

const encoder = new TextEncoder()

const frame = (event: RunStreamEvent["event"], data: string, id: string): Uint8Array =>
  encoder.encode(`event: ${event}\n${id === "" ? "" : `id: ${id}\n`}data: ${data}\n\n`)

export const resetFrame = (reason: ResetReason, kinds: ReadonlySet<KindName>, position: Position): Uint8Array =>
  frame("reset", JSON.stringify({ reason, kinds: [...kinds] }), positionText(position, kinds))

export const heartbeatFrame = (kinds: ReadonlySet<KindName>, position: Position | undefined): Uint8Array =>
  frame(
    "heartbeat",
    JSON.stringify({ everySeconds: beatSeconds }),
    position === undefined ? "" : positionText(position, kinds)
  )

const messages: Readonly<Record<EndReason, string>> = {
  stopping: "The server stops: connect again, another replica goes on",
  behind: "The client reads more slowly than runs change: connect again, and read on while handling what was read",
  revoked: "The token is no longer accepted, or may no longer list these runs: connect with another one",
  "access-unknown": "The cluster does not answer access reviews: connect again after a while"
}

export const endFrame = (reason: EndReason): Uint8Array =>
  frame("end", JSON.stringify({ reason, message: messages[reason] }), "")

type Frames = Partial<Record<Change, Uint8Array>>
const frames = new WeakMap<LoggedChange, Map<ReadonlySet<KindName>, Frames>>()

/** `change` is what it is to the listener: what no longer matches its filters is removed. `kinds`: the one set of all who hear of the same. */
export const changeFrame = (logged: LoggedChange, change: Change, kinds: ReadonlySet<KindName>): Uint8Array => {
  const bySet = frames.get(logged) ?? new Map<ReadonlySet<KindName>, Frames>()
  const known = bySet.get(kinds) ?? {}
  const made = known[change] ??
    frame("run", `{"change":"${change}","run":${logged.answer}}`, positionText(logged.position, kinds))
  if (known[change] === undefined) frames.set(logged, bySet.set(kinds, { ...known, [change]: made }))
  return made
}
