/**
 * What opencode finds of itself when a process starts: our configuration, the session's database, and nothing else. Plugins, commands and
 * tool servers of its folders would be obeyed, and those of HOME as well.
 */
import { runnerNames } from "@orchestrator/domain/PodEnvironment"
import { Effect, FileSystem } from "effect"
import { discard, namesIn, plainPath } from "../../pod/Plain.ts"
import { setupFailed } from "../../pod/RunFailure.ts"
import type { AgentCli } from "../AgentCli.ts"
import { configOf } from "./Config.ts"
import { cleanDatabase } from "./Database.ts"
import { guard, guardFile } from "./Guard.ts"
import { homeOf, opencodeTraces } from "./Traces.ts"

export const renewHome: AgentCli["renew"] = Effect.fn("Home.renew")(
  function*(invocation) {
    const fs = yield* FileSystem.FileSystem
    const { configFolder, environment, session: { sessionId } } = invocation
    const home = homeOf(configFolder, sessionId)
    yield* plainPath(configFolder, `${opencodeTraces.sessions.folder}/${sessionId}`)
    const names = yield* namesIn(home)
    for (const name of names) {
      if (opencodeTraces.sessions.idOf(`${sessionId}/${name}`) === undefined) yield* discard(`${home}/${name}`)
    }
    for (const name of names.filter((each) => each.endsWith(".db"))) yield* cleanDatabase(`${home}/${name}`)
    yield* discard(`${environment[runnerNames.home]}/.opencode`)
    for (const folder of ["cache", "data", "state"]) yield* plainPath(home, folder)
    yield* fs.writeFileString(`${home}/${guardFile}`, guard, { mode: 0o400 })
    const config = yield* plainPath(home, "config/opencode")
    yield* fs.writeFileString(`${config}/opencode.json`, JSON.stringify(configOf(invocation)), { mode: 0o400 })
    // Else it installs a package of its own into it, from the registry.
    yield* fs.chmod(config, 0o500)
  },
  Effect.mapError((error) => setupFailed(`the agent's folder cannot be prepared: ${error.message}`))
)
