/** Claude Code ignores a settings file that it cannot read without a word, so it is read here first. */
import { managedSettingsPath } from "@orchestrator/domain/PodEnvironment"
import { Effect, FileSystem, Option, Schema } from "effect"
import { RunFailure, setupFailed } from "../../pod/RunFailure.ts"
import type { AgentCli, AgentFolders } from "../AgentCli.ts"
import { prepareRunFiles, readOptional } from "../RunFiles.ts"

const decodeObject = Schema.decodeUnknownOption(Schema.fromJsonString(Schema.Record(Schema.String, Schema.Unknown)))

const readSettings = Effect.fnUntraced(function*(roots: AgentFolders) {
  const fs = yield* FileSystem.FileSystem
  const path = `${roots.config}/settings.json`
  const text = yield* readOptional(path)
  if (text !== undefined && Option.isNone(decodeObject(text))) {
    return yield* new RunFailure({ reason: "TemplateError", message: `${path} is not a JSON object` })
  }
  const mounted = roots.managedSettings === managedSettingsPath && (yield* fs.exists(managedSettingsPath))
  if (!mounted) return text === undefined ? undefined : path
  const managed = yield* readOptional(managedSettingsPath)
  return managed === text || text === undefined ? undefined : path
})

/** The files of every agent, and the settings of this one. */
export const prepareAgentFiles: AgentCli["prepareFiles"] = (roots, options) =>
  Effect.all({ files: prepareRunFiles(roots, options), settings: readSettings(roots) }).pipe(
    Effect.map(({ files, settings }) => ({ ...files, settings })),
    Effect.mapError((error) => error._tag === "RunFailure" ? error : setupFailed(error.message))
  )
