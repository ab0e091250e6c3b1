/** The transcripts on the workspace, as facts for the plan of a session. */
import { Context, Effect, FileSystem, Layer } from "effect"
import type { SessionPlan, Transcript } from "../../agents/AgentCli.ts"
import { RunnerConfig } from "../services/RunnerConfig.ts"
import { earlierSessions } from "../workspace/RenewWorkspace.ts"
import { filesOf, transcriptsIn } from "../workspace/Transcripts.ts"

export class SessionStore extends Context.Service<SessionStore, {
  /** What this attempt does, seen from the agent's folder. Moves a stub out of the way. */
  readonly begin: (workingDirectory: string) => Effect.Effect<SessionPlan>
  /** The same session again, after its process ended; a new one with the same id where nothing was kept. */
  readonly again: (sessionId: string, workingDirectory: string) => Effect.Effect<SessionPlan>
  /** Whether the session can be resumed later. */
  readonly isKept: (sessionId: string, workingDirectory: string) => Effect.Effect<boolean>
}>()("@orchestrator/agent/runner/loop/SessionStore") {
  static readonly layer = Layer.effect(
    SessionStore,
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const { agent: { sessions }, lastSession: last, resumeSession, roots, run, sessionId } = yield* RunnerConfig
      const projects = `${roots.agentConfig}/${sessions.folder}`

      const transcripts = Effect.fnUntraced(function*(workingDirectory: string) {
        const real = yield* fs.realPath(workingDirectory).pipe(Effect.orElseSucceed(() => workingDirectory))
        const found = new Map<string, Transcript>()
        const all = yield* transcriptsIn(sessions, projects)
        for (const first of all) {
          const { id, path, place } = first
          const here = sessions.isHere(place, real)
          const known = found.get(id)
          if (known !== undefined && (known.here || !here)) continue
          const texts = yield* Effect.forEach(
            filesOf(first, all),
            (file) => fs.readFileString(file.path).pipe(Effect.orElseSucceed(() => ""))
          )
          const text = texts.join("\n")
          const ownName = sessions.ownName?.(text)
          const usedBefore = sessions.usedBefore?.(text)
          found.set(id, {
            path,
            stub: sessions.isStub(text),
            here,
            ...(ownName === undefined ? {} : { ownName }),
            ...(usedBefore === undefined ? {} : { usedBefore })
          })
        }
        return found
      }, Effect.provideService(FileSystem.FileSystem, fs))

      const makeRoom = (plan: SessionPlan) =>
        plan.stub === undefined
          ? Effect.void
          : fs.rename(plan.stub, `${plan.stub}.stub`).pipe(Effect.catch((error) => Effect.logWarning(error.message)))

      const plan = Effect.fnUntraced(function*(workingDirectory: string, id: string, wanted: boolean) {
        const found = yield* transcripts(workingDirectory)
        const chosen = sessions.plan({
          sessionId: id,
          wanted,
          last,
          earlier: earlierSessions(run),
          transcripts: found
        })
        yield* makeRoom(chosen)
        return chosen
      })

      return SessionStore.of({
        begin: Effect.fn("SessionStore.begin")((workingDirectory) => plan(workingDirectory, sessionId, resumeSession)),
        again: Effect.fn("SessionStore.again")((id, workingDirectory) => plan(workingDirectory, id, false)),
        isKept: Effect.fn("SessionStore.isKept")(function*(id, workingDirectory) {
          const transcript = (yield* transcripts(workingDirectory)).get(id)
          return transcript !== undefined && !transcript.stub
        })
      })
    })
  )
}
