/** The environment of the broker's own git commands: hardened, quiet, with the run's credentials for one remote and nothing else. */
import { Context, Effect, FileSystem, Layer, Redacted } from "effect"
import type { Environment } from "../../runner/Environment.ts"
import { configEnvironment, hardened, quietEnvironment } from "../../runner/GitSettings.ts"
import { pinnedHostKeys } from "../../runner/HostKeys.ts"
import { mirrored, sshCommand, tokenAccess } from "../../runner/UpstreamAccess.ts"
import { BrokerConfig } from "../BrokerConfig.ts"
import { Credentials } from "../Credentials.ts"

type Settings = ReadonlyArray<readonly [key: string, value: string]>

/** Of the broker's own environment, what git needs: where programs are, and how the network is reached. */
const inherited = /^(?:PATH|LANG|TMPDIR|SSL_CERT_(?:FILE|DIR)|GIT_SSL_CAINFO|(?:https?|no|all)_proxy)$/i

export class GitAccess extends Context.Service<GitAccess, {
  /** The address that git is given, after mirrors. */
  readonly address: (url: string) => string
  /** For commands that reach no remote. */
  readonly local: (settings?: Settings) => Environment
  /** For commands that reach this remote. */
  readonly remote: (url: string, settings?: Settings) => Effect.Effect<Environment>
}>()("@orchestrator/agent/broker/git/GitAccess") {
  static readonly layer = Layer.effect(
    GitAccess,
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const { environment, files, git: { allowedProtocols, insteadOf, restricted } } = yield* BrokerConfig
      const { gitToken, knownHosts, sshKey } = yield* Credentials
      const folder = `${files.state}/ssh`
      yield* fs.makeDirectory(folder, { recursive: true, mode: 0o700 })
      const base = {
        ...Object.fromEntries(Object.entries(environment).filter(([name]) => inherited.test(name))),
        ...quietEnvironment,
        HOME: "/nonexistent",
        XDG_CONFIG_HOME: "/nonexistent",
        GIT_ALLOW_PROTOCOL: allowedProtocols
      }
      const always: Settings = [...hardened, ["http.followRedirects", restricted ? "false" : "initial"]]

      /** ssh wants a key that nobody else can read and that ends in a newline; a mounted Secret may be neither. */
      const ssh = Effect.gen(function*() {
        const key = yield* sshKey
        const keyFile = `${folder}/key`
        if (key !== undefined) yield* fs.writeFileString(keyFile, `${Redacted.value(key)}\n`, { mode: 0o600 })
        yield* fs.writeFileString(`${folder}/known_hosts`, `${pinnedHostKeys.join("\n")}\n${yield* knownHosts}\n`)
        return sshCommand({ key: key === undefined ? undefined : keyFile, knownHosts: `${folder}/known_hosts` })
      }).pipe(Effect.orDie)

      const local = (settings: Settings = []) => ({ ...base, ...configEnvironment([...always, ...settings]) })
      return GitAccess.of({
        address: (url) => mirrored(url, insteadOf),
        local,
        remote: Effect.fnUntraced(function*(url, settings = []) {
          const token = yield* gitToken
          const access = tokenAccess(mirrored(url, insteadOf), token === undefined ? undefined : Redacted.value(token))
          return {
            ...local([...settings, ...access.settings]),
            ...access.environment,
            GIT_SSH_COMMAND: yield* ssh
          }
        })
      })
    })
  )
}
