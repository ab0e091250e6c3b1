/** One process of an agent as far as it has been followed. Each step is a value of its own: nothing here changes. */
import type { BrokerResult } from "@orchestrator/domain/BrokerResult"
import type { TranscriptContent } from "@orchestrator/domain/Transcript"
import type { Usage } from "@orchestrator/domain/Usage"
import type { DateTime } from "effect"
import type { ProcessEnd } from "./ProcessEnd.ts"

/** Bounds on the agent's process, in seconds. */
export interface Bounds {
  /** Until the agent's first event. */
  readonly init: number
  /** Without any event while no tool runs. */
  readonly silence: number
  /** Between two signals of the ladder that stops it. */
  readonly stop: number
  /** Between its result and its exit. */
  readonly exit: number
  /** First pause before a resume. */
  readonly backoff: number
}

/** Why the runner stopped the process. */
export type StopCause = "NoInit" | "BadInit" | "Silent" | "NotExiting" | "Waiting" | "Looping"

/** What the runner needs to know of a process, whichever agent it is of. */
export interface Observation {
  /** Whether it has said that it runs. */
  readonly begun: boolean
  /** Whether it does not run as asked, so that it must not work. */
  readonly unfit: boolean
  /** Whether its last word is that it failed. */
  readonly failed: boolean
  /** Over all that it has done. */
  readonly usage?: Usage
  /** 128 + signal when a signal ended it. */
  readonly exitCode?: number
  readonly stopped?: StopCause
}

export const nothingSeen: Observation = { begun: false, unfit: false, failed: false }

/** What a broker saw that explains an end, or a silence. */
export type BrokerView = Pick<BrokerResult, "modelRefused" | "problem" | "resetAt"> & {
  /** Requests to a model whose answers have not ended. */
  readonly asking?: number
  /** Of the last answer to a request for a model's: 200 for a good one, and the API's word for one that is not whole. */
  readonly lastAnswer?: { readonly status: number; readonly unfinished?: string }
}

/** Said first, so that nothing cuts it off: an agent that we end may have meant to go on. */
export const stoppedByRunner = (stopped: StopCause | undefined, running: ReadonlyArray<string>): string | undefined =>
  stopped !== "NotExiting" ?
    undefined :
    `The agent was stopped by the runner: after its last answer it did not exit${
      running.length === 0 ? "" : ` (still running: ${running.join(", ")})`
    }, and what it meant to do later is missing.`

export interface Following {
  readonly seen: Observation
  /** After a line of stdout, with what log and transcript say of it; undefined for a line that is no event. */
  readonly read: (line: string) =>
    | {
      readonly next: Following
      readonly log: ReadonlyArray<string>
      readonly transcript: ReadonlyArray<TranscriptContent>
    }
    | undefined
  readonly readStderr: (line: string) => Following
  readonly stopped: (cause: StopCause) => Following
  readonly exited: (code: number) => Following
  /** Why it is to be stopped after saying nothing for so long. */
  readonly overdue: (
    quietSeconds: number,
    bounds: Pick<Bounds, "exit" | "silence">,
    broker?: BrokerView
  ) => StopCause | undefined
  /** What its end means; where `now` is given, times in words for people count too. */
  readonly processEnd: (broker?: BrokerView, now?: DateTime.Utc) => ProcessEnd
}
