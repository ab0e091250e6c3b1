/** The bearer token of a command: a file before the flag, the flag before the environment; in a pod the service account's. */
import { Config, Effect, FileSystem, Option, Redacted } from "effect"
import { sentenceOf } from "../settings/FileTrouble.ts"
import { CommandFailed } from "./CommandFailed.ts"

export interface TokenFlags {
  readonly token: Option.Option<Redacted.Redacted>
  readonly tokenFile: Option.Option<string>
}

/** A token that the chart's users project for us comes before the API server's own. */
const podTokens = ["/var/run/secrets/orchestrator/token", "/var/run/secrets/kubernetes.io/serviceaccount/token"]

const inFile = Effect.fnUntraced(function*(file: string) {
  const files = yield* FileSystem.FileSystem
  const text = yield* files.readFileString(file).pipe(
    Effect.mapError((error) =>
      new CommandFailed({ message: `Expected a token in the file ${file}: ${sentenceOf(error)}` })
    )
  )
  // As curl takes a header from a file, so that one file serves both.
  const token = text.trim().replace(/^authorization:\s*bearer\s+/i, "")
  if (token === "" || /\s/.test(token)) {
    return yield* new CommandFailed({
      message: `Expected one token in the file ${file}, found ${token === "" ? "nothing" : "several words"}`
    })
  }
  return Redacted.make(token)
})

const fromEnvironment = Config.all({
  token: Config.option(Config.Redacted("ORCHESTRATOR_TOKEN")),
  tokenFile: Config.option(Config.NonEmptyString("ORCHESTRATOR_TOKEN_FILE"))
})

export const tokenOf = Effect.fn("Credentials.tokenOf")(function*(flags: TokenFlags) {
  for (const { token, tokenFile } of [flags, yield* fromEnvironment]) {
    if (Option.isSome(tokenFile)) return yield* inFile(tokenFile.value)
    if (Option.isSome(token) && Redacted.value(token.value) !== "") return token.value
  }
  return undefined
})

/** Of this pod; undefined where there is none. */
export const podToken = Effect.gen(function*() {
  const files = yield* FileSystem.FileSystem
  for (const file of podTokens) {
    if (yield* files.exists(file).pipe(Effect.orElseSucceed(() => false))) return yield* inFile(file)
  }
  return undefined
})
