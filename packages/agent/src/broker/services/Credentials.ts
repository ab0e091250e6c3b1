/**
 * The run's secrets, read from their files each time they are needed, since they may be renewed while the run goes on. Whatever was ever
 * read is blanked in logs and messages.
 */
import { Context, Effect, FileSystem, Layer, Redacted } from "effect"
import type { Redact } from "../../pod/Redact.ts"
import { redactor } from "../../pod/Redact.ts"
import { BrokerConfig } from "./BrokerConfig.ts"
import type { HeldKey, ReadKey } from "./ModelKey.ts"

export class Credentials extends Context.Service<Credentials, {
  /** The model API's key; undefined when there is none. */
  readonly modelKey: (dialect: { readonly readKey: ReadKey }) => Effect.Effect<HeldKey | undefined>
  /** The forge's token; undefined when there is none. */
  readonly gitToken: Effect.Effect<Redacted.Redacted | undefined>
  readonly sshKey: Effect.Effect<Redacted.Redacted | undefined>
  /** Signs commits; undefined when there is none. */
  readonly signingKey: Effect.Effect<Redacted.Redacted | undefined>
  /** Host keys that are trusted beside the pinned ones. */
  readonly knownHosts: Effect.Effect<string>
  /** Makes a value one that must not show. */
  readonly guard: (value: string) => void
  readonly redact: Redact
}>()("@orchestrator/agent/broker/services/Credentials") {
  /** From the files of mounted Secrets. */
  static readonly layer = Layer.effect(
    Credentials,
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const { files } = yield* BrokerConfig
      const seen = new Set<string>()
      let redact = redactor({})
      const guard = (value: string) => {
        if (seen.has(value)) return
        seen.add(value)
        redact = redactor(Object.fromEntries([...seen].map((secret, index) => [`SECRET_${index}`, secret])))
      }
      const read = (path: string) =>
        fs.readFileString(path).pipe(
          Effect.map((text) => text.trim()),
          Effect.map((text) => {
            if (text === "") return undefined
            guard(text)
            return text
          }),
          Effect.orElseSucceed(() => undefined)
        )
      const secret = (path: string) =>
        Effect.map(read(path), (text) => text === undefined ? undefined : Redacted.make(text))

      return Credentials.of({
        modelKey: ({ readKey }) => readKey((name) => read(`${files.credentials}/${name}`)),
        gitToken: secret(`${files.credentials}/github-token`),
        sshKey: secret(`${files.ssh}/ssh-privatekey`),
        signingKey: secret(`${files.credentials}/signing-key`),
        knownHosts: fs.readFileString(`${files.ssh}/known_hosts`).pipe(Effect.orElseSucceed(() => "")),
        guard,
        redact: (text) => redact(text)
      })
    })
  )
}
