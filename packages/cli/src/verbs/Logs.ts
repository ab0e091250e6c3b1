/** `orchestrator logs`: what the agent of a run prints, byte for byte as the server sends it. */
import { Effect, type Option, Record, Stdio, Stream } from "effect"
import type { ConnectInput } from "../connect/Connect.ts"
import { type LogQuery, onRun } from "../runs/RunApi.ts"
import type { RunRef } from "../runs/RunRef.ts"
import { withServer } from "./Session.ts"

export interface LogsInput extends ConnectInput {
  readonly ref: RunRef
  readonly follow: boolean
  readonly tail: Option.Option<number>
  readonly since: Option.Option<string>
  readonly timestamps: boolean
  readonly attempt: Option.Option<string>
  readonly container: Option.Option<NonNullable<LogQuery["container"]>>
}

export const logs = Effect.fn("logs")(
  function*({ attempt, container, follow, ref, since, tail, timestamps }: LogsInput) {
    const { stdout } = yield* Stdio.Stdio
    const log = yield* onRun(
      ref,
      (api, name) =>
        api.logs(name, {
          follow,
          timestamps,
          ...Record.getSomes({ attempt, container, since }),
          ...Record.getSomes({ tail })
        })
    )
    yield* Stream.run(log, stdout())
  },
  (verb, input) => withServer(input, verb)
)
