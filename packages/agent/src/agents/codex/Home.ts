/**
 * CODEX_HOME as a process finds it: its sessions, our instructions, and nothing else. Whatever an earlier process left there would count:
 * `.env` wins over the pod's variables, `config.toml` and hooks run programs, AGENTS.override.md and skills instruct.
 */
import { Effect, FileSystem } from "effect"
import { discard, namesIn, plainFolder, plainPath, writePlain } from "../../pod/Plain.ts"
import { setupFailed } from "../../pod/RunFailure.ts"
import type { AgentCli } from "../AgentCli.ts"
import { codexTraces, homeOf } from "./Traces.ts"

export const renewHome: AgentCli["renew"] = Effect.fn("Home.renew")(
  function*({ configFolder, files, session: { sessionId } }) {
    const fs = yield* FileSystem.FileSystem
    const home = homeOf(configFolder, sessionId)
    yield* plainPath(configFolder, `${codexTraces.sessions.folder}/${sessionId}`)
    for (const name of yield* namesIn(home)) if (name !== "sessions") yield* discard(`${home}/${name}`)
    yield* plainFolder(`${home}/sessions`)
    if (files.memory !== undefined) yield* writePlain(`${home}/AGENTS.md`, yield* fs.readFileString(files.memory))
  },
  Effect.mapError((error) => setupFailed(`the agent's folder cannot be prepared: ${error.message}`))
)
