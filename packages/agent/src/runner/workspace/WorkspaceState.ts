/**
 * What the runner remembers on the workspace between attempts: which run a branch belongs to. Hints only: everything is checked against
 * the repository, and a file that cannot be read, or is none, counts as empty.
 */
import { Context, Effect, FileSystem, Layer, Option, Schema } from "effect"
import { Claim } from "../../git/Branch.ts"
import { plainFolder, readPlain, writePlain } from "../../pod/Plain.ts"
import { RunnerConfig } from "../services/RunnerConfig.ts"

const State = Schema.Struct({ branches: Schema.Record(Schema.String, Claim) })
export type State = typeof State.Type

const empty: State = { branches: {} }
const largestState = 1_048_576
const Text = Schema.fromJsonString(State)
const decode = Schema.decodeUnknownOption(Text)

export class WorkspaceState extends Context.Service<WorkspaceState, {
  readonly read: Effect.Effect<State>
  readonly claim: (branch: string, claim: Claim) => Effect.Effect<void>
}>()("@orchestrator/agent/runner/workspace/WorkspaceState") {
  static readonly layer = Layer.effect(
    WorkspaceState,
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const { roots } = yield* RunnerConfig
      const folder = `${roots.workspace}/.orchestrator`
      const file = `${folder}/state.json`

      const read = readPlain(file, largestState).pipe(
        Effect.map((text) => Option.getOrElse(decode(text ?? ""), () => empty)),
        Effect.provideService(FileSystem.FileSystem, fs)
      )
      const change = (update: (state: State) => State) =>
        Effect.gen(function*() {
          const next = update(yield* read)
          yield* plainFolder(folder)
          yield* writePlain(file, `${JSON.stringify(next, undefined, 2)}\n`)
        }).pipe(
          Effect.catch((error) => Effect.logWarning(`cannot remember on the workspace: ${error.message}`)),
          Effect.provideService(FileSystem.FileSystem, fs)
        )

      return WorkspaceState.of({
        read,
        claim: (branch, claim) => change((state) => ({ branches: { ...state.branches, [branch]: claim } }))
      })
    })
  )
}
