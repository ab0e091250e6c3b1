/** `orchestrator transcript`: the conversation of a run's agent. */
import { printable } from "@orchestrator/domain/Printable"
import type { TranscriptEvent } from "@orchestrator/domain/Transcript"
import { Console, Effect, type Option, Record, Stream } from "effect"
import type { ConnectInput } from "../connect/Connect.ts"
import { onRun } from "../runs/RunApi.ts"
import type { RunRef } from "../runs/RunRef.ts"
import { transcriptText } from "../show/TranscriptText.ts"
import { withServer } from "./Session.ts"

export interface TranscriptInput extends ConnectInput {
  readonly ref: RunRef
  readonly follow: boolean
  readonly attempt: Option.Option<string>
  readonly output: "text" | "json"
}

export const transcript = Effect.fn("transcript")(function*({ attempt, follow, output, ref }: TranscriptInput) {
  const shown = (event: TranscriptEvent) =>
    output === "json" ? JSON.stringify(event) : printable(transcriptText(event), { lines: true })
  const events = yield* onRun(ref, (api, name) => api.transcript(name, { follow, ...Record.getSomes({ attempt }) }))
  yield* Stream.runForEach(events, (event) => Console.log(shown(event)))
}, (verb, input) => withServer(input, verb))
