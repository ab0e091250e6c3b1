/**
 * What the runner remembers on the workspace between attempts: which run a branch belongs to, and the sessions of the service. Hints
 * only: everything is checked against the repository and the transcripts, and a file that cannot be read counts as empty.
 */
import { Context, Effect, FileSystem, Layer, Option, Schema } from "effect"
import { RunnerConfig } from "../RunnerConfig.ts"

export const Claim = Schema.Struct({
  runUid: Schema.String,
  /** Head of the branch on the remote when it was last read there. */
  pushed: Schema.optionalKey(Schema.String)
})
export type Claim = typeof Claim.Type

export const SessionEntry = Schema.Struct({
  sessionId: Schema.String,
  runUid: Schema.String,
  run: Schema.String,
  attempt: Schema.Int,
  /** RFC 3339. */
  startedAt: Schema.String
})
export type SessionEntry = typeof SessionEntry.Type

const State = Schema.Struct({
  branches: Schema.Record(Schema.String, Claim),
  sessions: Schema.Array(SessionEntry)
})
export type State = typeof State.Type

const empty: State = { branches: {}, sessions: [] }
const keptSessions = 50
const Text = Schema.fromJsonString(State)
const decode = Schema.decodeUnknownOption(Text)

export class WorkspaceState extends Context.Service<WorkspaceState, {
  readonly read: Effect.Effect<State>
  readonly claim: (branch: string, claim: Claim) => Effect.Effect<void>
  /** Remembers a session as the newest. */
  readonly remember: (session: SessionEntry) => Effect.Effect<void>
}>()("@orchestrator/agent/runner/workspace/WorkspaceState") {
  static readonly layer = Layer.effect(
    WorkspaceState,
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const { roots } = yield* RunnerConfig
      const folder = `${roots.workspace}/.orchestrator`
      const file = `${folder}/state.json`

      const read = fs.readFileString(file).pipe(
        Effect.map((text) => Option.getOrElse(decode(text), () => empty)),
        Effect.orElseSucceed(() => empty)
      )
      const change = (update: (state: State) => State) =>
        Effect.gen(function*() {
          const next = update(yield* read)
          yield* fs.makeDirectory(folder, { recursive: true })
          yield* fs.writeFileString(`${file}.new`, `${JSON.stringify(next, undefined, 2)}\n`)
          yield* fs.rename(`${file}.new`, file)
        }).pipe(
          Effect.catch((error) => Effect.logWarning(`cannot remember on the workspace: ${error.message}`))
        )

      return WorkspaceState.of({
        read,
        claim: (branch, claim) => change((state) => ({ ...state, branches: { ...state.branches, [branch]: claim } })),
        remember: (session) =>
          change((state) => ({
            ...state,
            sessions: [...state.sessions.filter(({ sessionId }) => sessionId !== session.sessionId), session]
              .slice(-keptSessions)
          }))
      })
    })
  )
}
