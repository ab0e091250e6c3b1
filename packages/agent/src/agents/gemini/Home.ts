/** What Gemini CLI finds of itself when a process starts: its chats, our settings and instructions, and nothing else. */
import { Effect, FileSystem } from "effect"
import { discard, namesIn, plainPath, readPlain, writePlain } from "../../pod/Plain.ts"
import { RunFailure, setupFailed } from "../../pod/RunFailure.ts"
import type { AgentCli } from "../AgentCli.ts"
import { largestTranscript } from "../Session.ts"
import { withoutDoubles } from "./Chat.ts"
import { checkSystemSettings, settingsOf } from "./Settings.ts"
import { geminiTraces, projectName } from "./Traces.ts"

/** Removes what is in a folder, but for one name. */
const emptyBut = Effect.fnUntraced(function*(folder: string, kept: string) {
  for (const name of yield* namesIn(folder)) if (name !== kept) yield* discard(`${folder}/${name}`)
})

export const renewHome: AgentCli["renew"] = Effect.fn("Home.renew")(
  function*(invocation) {
    const fs = yield* FileSystem.FileSystem
    const { configFolder, files, session: { sessionId }, workingDirectory } = invocation
    yield* checkSystemSettings
    // It looks for variables in the folders above its own, too.
    yield* emptyBut(configFolder, geminiTraces.sessions.folder)
    const home = yield* plainPath(configFolder, `${geminiTraces.sessions.folder}/${sessionId}`)
    const own = yield* plainPath(home, ".gemini")
    const chats = yield* plainPath(own, `tmp/${projectName}/chats`)
    yield* emptyBut(home, ".gemini")
    yield* emptyBut(own, "tmp")
    yield* emptyBut(`${own}/tmp`, projectName)
    yield* emptyBut(`${own}/tmp/${projectName}`, "chats")
    for (const name of yield* namesIn(chats)) {
      const place = `${sessionId}/.gemini/tmp/${projectName}/chats/${name}`
      const isOurs = geminiTraces.sessions.idOf(place) !== undefined
      const text = isOurs ? yield* readPlain(`${chats}/${name}`, largestTranscript) : undefined
      yield* text === undefined ? discard(`${chats}/${name}`) : writePlain(`${chats}/${name}`, withoutDoubles(text))
    }
    const real = yield* fs.realPath(workingDirectory).pipe(Effect.orElseSucceed(() => workingDirectory))
    yield* writePlain(`${own}/projects.json`, JSON.stringify({ projects: { [real]: projectName } }))
    yield* writePlain(`${own}/settings.json`, JSON.stringify(settingsOf(invocation)))
    if (files.memory !== undefined) yield* writePlain(`${own}/GEMINI.md`, yield* fs.readFileString(files.memory))
  },
  Effect.mapError((error) =>
    error instanceof RunFailure ? error : setupFailed(`the agent's folder cannot be prepared: ${error.message}`)
  )
)
