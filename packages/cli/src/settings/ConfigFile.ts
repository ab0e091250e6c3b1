/**
 * Settings of the process: `config.yaml` (its path by CONFIG_PATH), overlaid by the environment. Anything that cannot be meant stops the
 * start with the key, what was found and what was expected.
 */
import { formatProblem } from "@orchestrator/domain/Decode"
import { decodeConfig, type OrchestratorConfig } from "@orchestrator/domain/OrchestratorConfig"
import { Config, Effect, FileSystem, Option, Result } from "effect"
import { parseDocument } from "yaml"
import { ConfigProblem } from "./ConfigProblem.ts"
import { sentenceOf } from "./FileTrouble.ts"
import { openTelemetryOverlay } from "./OpenTelemetry.ts"

const defaultPath = "/config/config.yaml"

const overlay = Config.all({
  host: Config.option(Config.String("SERVER_HOST")),
  port: Config.option(Config.Int("SERVER_PORT")),
  shard: Config.option(Config.Int("SHARD_INDEX")),
  codeModel: Config.option(Config.String("DEFAULT_CODE_MODEL")),
  docsModel: Config.option(Config.String("DEFAULT_DOCS_MODEL"))
})

type Json = Readonly<Record<string, unknown>>
const isJson = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value)

/** Later layers win, key by key; lists are replaced. */
export const mergeConfig = (base: unknown, over: unknown): unknown =>
  isJson(base) && isJson(over)
    ? Object.entries(over).reduce<Json>(
      (merged, [key, value]) => ({ ...merged, [key]: mergeConfig(merged[key], value) }),
      base
    )
    : over ?? base

export interface ConfigLayers {
  /** Of the command, under the file. */
  readonly defaults?: unknown
  /** The file; absent: CONFIG_PATH, then the mounted one if there is one. */
  readonly path: Option.Option<string>
  /** Of the command's flags, over everything. */
  readonly flags?: unknown
}

/** The settings: defaults, file, environment, flags, each over the one before. */
export const loadConfig = Effect.fn("ConfigFile.loadConfig")(
  function*({ defaults = {}, flags = {}, path }: ConfigLayers) {
    const environment = yield* overlay
    const fromEnvironment = yield* Config.option(Config.String("CONFIG_PATH"))
    const chosen = Option.orElse(path, () => fromEnvironment)
    const file = yield* readConfig(Option.getOrElse(chosen, () => defaultPath), Option.isSome(chosen))
    const telemetry = { telemetry: { orchestrator: yield* openTelemetryOverlay } }
    const settings = [file.content, fromOverlay(environment), telemetry, flags].reduce(mergeConfig, defaults)
    const decoded = decodeConfig(settings)
    if (Result.isFailure(decoded)) {
      return yield* new ConfigProblem({ source: file.source, problems: decoded.failure.map(formatProblem) })
    }
    const config: OrchestratorConfig = decoded.success
    return config
  }
)

const fromOverlay = ({ codeModel, docsModel, host, port, shard }: Config.Success<typeof overlay>) => ({
  server: { ...value("host", host), ...value("port", port) },
  shard: value("index", shard),
  models: { ...value("defaultCodeModel", codeModel), ...value("defaultDocsModel", docsModel) }
})

const value = (key: string, option: Option.Option<unknown>) => Option.isSome(option) ? { [key]: option.value } : {}

const readConfig = Effect.fnUntraced(function*(path: string, required: boolean) {
  const files = yield* FileSystem.FileSystem
  if (!required && !(yield* files.exists(path).pipe(Effect.orElseSucceed(() => false)))) {
    return { source: "the built-in settings", content: {} }
  }
  const text = yield* files.readFileString(path).pipe(
    Effect.mapError((error) => new ConfigProblem({ source: path, problems: [sentenceOf(error)] }))
  )
  const document = parseDocument(text, { prettyErrors: true })
  if (document.errors.length > 0) {
    return yield* new ConfigProblem({ source: path, problems: document.errors.map(({ message }) => message) })
  }
  const content: unknown = document.toJS() ?? {}
  if (isJson(content)) return { source: path, content }
  const found = Array.isArray(content) ? "a list" : `${typeof content} ${JSON.stringify(content)}`
  return yield* new ConfigProblem({ source: path, problems: [`expected settings (key: value), found ${found}`] })
})
