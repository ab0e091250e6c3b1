/**
 * The run's secrets, read from their files each time they are needed, since they may be renewed while the run goes on. Whatever was ever
 * read is blanked in logs and messages.
 */
import { runnerNames } from "@orchestrator/domain/PodEnvironment"
import { Context, Effect, FileSystem, Layer, Redacted } from "effect"
import type { Environment } from "../../pod/Environment.ts"
import { type Redact, redactor } from "../../pod/Redact.ts"
import { BrokerConfig } from "./BrokerConfig.ts"
import type { BucketKey } from "./BucketKey.ts"
import type { GitToken } from "./GitToken.ts"
import type { HeldKey, ReadKey } from "./ModelKey.ts"

export class Credentials extends Context.Service<Credentials, {
  /** A model API's key; undefined when there is none. */
  readonly modelKey: (readKey: ReadKey) => Effect.Effect<HeldKey | undefined>
  /** The user's token for the forge; undefined when there is none. `byOldName`: whether the older of the two Secrets comes first. */
  readonly gitToken: (byOldName: boolean) => Effect.Effect<GitToken | undefined>
  /** The private key by which an app asks the forge for tokens; undefined when there is none. */
  readonly appKey: Effect.Effect<Redacted.Redacted | undefined>
  readonly sshKey: Effect.Effect<Redacted.Redacted | undefined>
  /** Signs commits; undefined when there is none. */
  readonly signingKey: Effect.Effect<Redacted.Redacted | undefined>
  /** Of the bucket that evidence is kept in; undefined when there is none, or not all of it. */
  readonly bucketKey: Effect.Effect<BucketKey | undefined>
  /** Host keys that are trusted beside the pinned ones. */
  readonly knownHosts: Effect.Effect<string>
  /** The text of one of the files. */
  readonly file: (name: string) => Effect.Effect<string | undefined>
  /** Reads all that there is, so that none of it shows: what was never used is a secret too. */
  readonly learn: Effect.Effect<void>
  /** Makes a value one that must not show. */
  readonly guard: (value: string) => void
  readonly redact: Redact
}>()("@orchestrator/agent/broker/services/Credentials") {
  /** From the files of mounted Secrets. */
  static readonly layer = Layer.effect(
    Credentials,
    Effect.gen(function*() {
      const { files } = yield* BrokerConfig
      const fs = yield* FileSystem.FileSystem
      const text = yield* texts
      // A user's name is no secret.
      const names = fs.readDirectory(files.credentials).pipe(
        Effect.map((all) => all.filter((name) => !name.endsWith("-user"))),
        Effect.orElseSucceed(() => [])
      )
      return yield* credentials((name) => text(`${files.credentials}/${name}`), names, {})
    })
  )

  /** From the environment of this process, which the agent has too. The model's key is the agent's alone. */
  static readonly layerEnvironment = Layer.effect(
    Credentials,
    Effect.gen(function*() {
      const { environment } = yield* BrokerConfig
      const { ghToken, gitToken, gitUsername } = runnerNames
      const variables: Environment = { "github-token": ghToken, "git-token": gitToken, "git-user": gitUsername }
      return yield* credentials(
        (name) => Effect.succeed(environment[variables[name] ?? ""]),
        Effect.succeed([]),
        environment
      )
    })
  )
}

const asToken = (token: Redacted.Redacted | undefined, user = ""): GitToken | undefined =>
  token === undefined ? undefined : user === "" ? { token } : { token, user }

/** Reads files; one that cannot be read has no text. */
const texts = Effect.map(
  FileSystem.FileSystem,
  (fs) => (path: string) => fs.readFileString(path).pipe(Effect.orElseSucceed(() => undefined))
)

/** Secrets by their names; the ssh key is a file wherever the others are. */
const credentials = Effect.fnUntraced(
  function*(
    find: (name: string) => Effect.Effect<string | undefined>,
    names: Effect.Effect<ReadonlyArray<string>>,
    blanked: Environment
  ) {
    const { files } = yield* BrokerConfig
    const text = yield* texts
    const seen = new Set<string>()
    let redact = redactor(blanked)
    const guard = (value: string) => {
      if (seen.has(value)) return
      seen.add(value)
      const secrets = Object.fromEntries([...seen].map((secret, index) => [`SECRET_${index}`, secret]))
      redact = redactor({ ...blanked, ...secrets })
    }
    const guarded = Effect.map((given: string | undefined) => {
      const value = given?.trim() ?? ""
      if (value === "") return undefined
      guard(value)
      return value
    })
    const secret = (reading: Effect.Effect<string | undefined>) =>
      Effect.map(guarded(reading), (value) => value === undefined ? undefined : Redacted.make(value))

    const sshKey = secret(text(`${files.ssh}/ssh-privatekey`))

    return Credentials.of({
      file: (name) => guarded(find(name)),
      modelKey: (readKey) => readKey((name) => guarded(find(name))),
      gitToken: (byOldName) => {
        const older = Effect.map(secret(find("github-token")), asToken)
        const newer = Effect.flatMap(secret(find("git-token")), (token) =>
          token === undefined
            ? Effect.succeed(undefined)
            : Effect.map(find("git-user"), (user) => asToken(token, user?.trim())))
        const [first, second] = byOldName ? [older, newer] : [newer, older]
        return Effect.flatMap(first, (found) => found === undefined ? second : Effect.succeed(found))
      },
      appKey: secret(find("app-key")),
      sshKey,
      signingKey: secret(find("signing-key")),
      bucketKey: Effect.map(
        Effect.all([guarded(find("evidence-access-key-id")), secret(find("evidence-secret-access-key"))]),
        ([accessKeyId, secretAccessKey]) =>
          accessKeyId === undefined || secretAccessKey === undefined ? undefined : { accessKeyId, secretAccessKey }
      ),
      knownHosts: Effect.map(text(`${files.ssh}/known_hosts`), (lines) => lines ?? ""),
      learn: Effect.gen(function*() {
        yield* sshKey
        for (const name of yield* names) yield* guarded(find(name))
      }),
      guard,
      redact: (words) => redact(words)
    })
  }
)
