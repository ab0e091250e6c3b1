/** The environment of the broker's own git commands: hardened, quiet, with the run's credentials for one remote and nothing else. */
import { takesToken } from "@orchestrator/domain/GitHosts"
import { brokerNames } from "@orchestrator/domain/PodEnvironment"
import { Context, Effect, FileSystem, Layer, Redacted, Semaphore } from "effect"
import { rootCertificates } from "node:tls"
import { RemoteTokens } from "../../forge/RemoteTokens.ts"
import { configEnvironment, hardened, quietEnvironment } from "../../git/GitSettings.ts"
import { pinnedHostKeys } from "../../git/HostKeys.ts"
import {
  type Access,
  mirrored,
  mirrorSettings,
  noAccess,
  redirects,
  refusedAccess,
  sshCommand,
  tokenAccess,
  tokenOrigin
} from "../../git/UpstreamAccess.ts"
import type { Environment } from "../../pod/Environment.ts"
import { BrokerConfig } from "../services/BrokerConfig.ts"
import { Credentials } from "../services/Credentials.ts"

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
  /** Has the next command for this remote have another token; false: there is no other. */
  readonly renew: (url: string) => Effect.Effect<boolean>
  /** For a git of somebody else's who has the credentials too: what it needs to reach this remote. */
  readonly agent: (url: string) => Effect.Effect<Access>
}>()("@orchestrator/agent/broker/git/GitAccess") {
  static readonly layer = Layer.effect(
    GitAccess,
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const { caCertificates, environment, files, git: { allowedProtocols, hosts, insteadOf, knownHosts } } =
        yield* BrokerConfig
      const { gitToken, knownHosts: mountedHosts, sshKey } = yield* Credentials
      const tokens = yield* RemoteTokens
      const folder = `${files.state}/access`
      yield* fs.makeDirectory(folder, { recursive: true, mode: 0o700 })

      const written = new Map<string, string>()
      const turn = yield* Semaphore.make(1)
      /** A file for git or ssh, replaced as a whole: another command may be reading it. */
      const place = Effect.fnUntraced(
        function*(name: string, text: string) {
          const path = `${folder}/${name}`
          if (written.get(name) === text) return path
          yield* fs.writeFileString(`${path}.new`, text, { mode: 0o600 })
          yield* fs.rename(`${path}.new`, path)
          written.set(name, text)
          return path
        },
        turn.withPermit,
        Effect.orDie
      )

      /** Git takes one file of certificates in place of the system's. */
      const trusted: Environment = caCertificates === undefined
        ? {}
        : { GIT_SSL_CAINFO: yield* place("certificates", [...rootCertificates, caCertificates, ""].join("\n")) }
      const base = {
        ...Object.fromEntries(Object.entries(environment).filter(([name]) => inherited.test(name))),
        ...trusted,
        ...quietEnvironment,
        HOME: "/nonexistent",
        XDG_CONFIG_HOME: "/nonexistent",
        [brokerNames.gitAllowProtocol]: allowedProtocols
      }
      const always: Settings = [...hardened, ...redirects(hosts)]

      /** ssh wants a key that nobody else can read and that ends in a newline; a mounted Secret may be neither. */
      const ssh = Effect.gen(function*() {
        const key = yield* sshKey
        const hosts = [...pinnedHostKeys, knownHosts, yield* mountedHosts, ""].join("\n")
        return sshCommand({
          key: key === undefined ? undefined : yield* place("key", `${Redacted.value(key)}\n`),
          knownHosts: yield* place("known_hosts", hosts)
        })
      })

      const local = (settings: Settings = []) => ({ ...base, ...configEnvironment([...always, ...settings]) })
      const accessTo = Effect.fnUntraced(function*(url: string) {
        // What was read is blanked wherever it is said, also where this remote takes no token.
        yield* Effect.all([gitToken(true), gitToken(false)])
        const address = mirrored(url, insteadOf)
        const access = takesToken(address, hosts) && tokenOrigin(address) !== undefined
          ? yield* tokens.forGit(url).pipe(
            Effect.map((found) =>
              found === undefined
                ? noAccess
                : tokenAccess(address, Redacted.value(found.token), found.user)
            ),
            Effect.catch(({ message }) =>
              Effect.as(Effect.logWarning(`no token for ${url}: ${message}`), refusedAccess(address, message))
            )
          )
          : noAccess
        return { settings: access.settings, environment: { ...access.environment, GIT_SSH_COMMAND: yield* ssh } }
      })
      return GitAccess.of({
        address: (url) => mirrored(url, insteadOf),
        local,
        remote: Effect.fnUntraced(function*(url, settings = []) {
          const access = yield* accessTo(url)
          return { ...local([...settings, ...access.settings]), ...access.environment }
        }),
        renew: tokens.renewForGit,
        agent: (url) =>
          Effect.map(accessTo(url), ({ environment, settings }) => ({
            settings: [...mirrorSettings(insteadOf), ...redirects(hosts), ...settings],
            environment: { ...trusted, ...environment }
          }))
      })
    })
  )
}
