/** Follows a process whose stream is one JSON object per line, by what an agent's adapter makes of its events. */
import type { TranscriptContent } from "@orchestrator/domain/Transcript"
import type { Usage } from "@orchestrator/domain/Usage"
import type { DateTime } from "effect"
import type { Redact } from "../pod/Redact.ts"
import type { Invocation } from "./AgentCli.ts"
import type { Bounds, BrokerView, Following, StopCause } from "./Following.ts"
import type { ProcessEnd } from "./ProcessEnd.ts"

/** What is seen of every process, whatever else an agent tells. */
export interface Seen {
  readonly usage?: Usage
  readonly stderr: string
  readonly exitCode?: number
  readonly stopped?: StopCause
}

export interface StreamReader<S extends Seen, Event> {
  readonly nothing: S
  /** The event of a line, without secrets in what goes on into results; undefined for a line that is none. */
  readonly decode: (line: string, redact: Redact) => Event | undefined
  readonly observe: (before: S, event: Event, invocation: Invocation) => S
  readonly isBegun: (seen: S) => boolean
  readonly isUnfit: (seen: S) => boolean
  readonly isFailed: (seen: S) => boolean
  readonly log: (event: Event, model: string, redact: Redact, before: S) => ReadonlyArray<string>
  readonly transcript: (event: Event, model: string, after: S, before: S) => ReadonlyArray<TranscriptContent>
  readonly overdue: (
    seen: S,
    quietSeconds: number,
    bounds: Pick<Bounds, "exit" | "silence">,
    broker: BrokerView | undefined
  ) => StopCause | undefined
  readonly classify: (seen: S, broker?: BrokerView, now?: DateTime.Utc) => ProcessEnd
}

const stderrKept = 4000

const following = <S extends Seen, Event>(
  reader: StreamReader<S, Event>,
  seen: S,
  invocation: Invocation,
  redact: Redact
): Following => {
  const next = (after: S) => following(reader, after, invocation, redact)
  const { exitCode, stderr, stopped, usage } = seen
  return {
    seen: {
      begun: reader.isBegun(seen),
      unfit: reader.isUnfit(seen),
      failed: reader.isFailed(seen),
      ...(usage === undefined ? {} : { usage }),
      ...(exitCode === undefined ? {} : { exitCode }),
      ...(stopped === undefined ? {} : { stopped })
    },
    read: (line) => {
      const event = reader.decode(line, redact)
      if (event === undefined) return undefined
      const after = reader.observe(seen, event, invocation)
      return {
        next: next(after),
        log: reader.log(event, invocation.model, redact, seen),
        transcript: reader.transcript(event, invocation.model, after, seen)
      }
    },
    readStderr: (line) => next({ ...seen, stderr: `${stderr}${redact(line)}\n`.slice(-stderrKept) }),
    stopped: (cause) => next({ ...seen, stopped: cause }),
    exited: (code) => next({ ...seen, exitCode: code }),
    overdue: (quietSeconds, bounds, broker) => reader.overdue(seen, quietSeconds, bounds, broker),
    processEnd: (broker, now) => reader.classify(seen, broker, now)
  }
}

/** Begins to follow a process. */
export const followStream =
  <S extends Seen, Event>(reader: StreamReader<S, Event>) => (invocation: Invocation, redact: Redact): Following =>
    following(reader, reader.nothing, invocation, redact)
