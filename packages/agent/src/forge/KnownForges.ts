/** Which forge a remote is at: by the configuration, by its host's name, or by what the host itself says, which is asked once. */
import { mayBeNamed, takesToken } from "@orchestrator/domain/GitHosts"
import { Context, Effect, Layer } from "effect"
import { HttpClient } from "effect/http"
import { BrokerConfig } from "../broker/services/BrokerConfig.ts"
import { parseAddress } from "../pod/RemoteAddress.ts"
import { askHost } from "./AskHost.ts"
import type { RepositoryName } from "./ForgeAdapter.ts"
import type { KnownForge } from "./ForgeKind.ts"
import { forgeOf, isSettled } from "./Forges.ts"

export interface RemoteAtForge extends KnownForge {
  readonly host: string
  readonly repository: RepositoryName
}

export class KnownForges extends Context.Service<KnownForges, {
  /** Undefined where the address is of no forge, or of no repository there. */
  readonly at: (url: string) => Effect.Effect<RemoteAtForge | undefined>
}>()("@orchestrator/agent/forge/KnownForges") {
  static readonly layer = Layer.effect(
    KnownForges,
    Effect.gen(function*() {
      const { forge: settings, git: { hosts, insteadOf } } = yield* BrokerConfig
      const client = yield* HttpClient.HttpClient
      const asked = new Map<string, Effect.Effect<KnownForge | undefined>>()

      /** A host that the administrator has named himself, and whose place no mirror takes. */
      const mayAsk = (url: string): boolean =>
        settings.askHosts && mayBeNamed(url, hosts) && takesToken(url, hosts)
        && !Object.keys(insteadOf).some((prefix) => prefix !== "" && url.startsWith(prefix))

      const find = Effect.fnUntraced(function*(url: string, scheme: string, host: string) {
        if (isSettled(host, settings) || !mayAsk(url)) return forgeOf(host, settings)
        const asking = asked.get(host) ?? (yield* Effect.cached(
          Effect.provideService(askHost(client, scheme, host), HttpClient.TracerPropagationEnabled, false)
        ))
        asked.set(host, asking)
        return yield* asking
      })

      return KnownForges.of({
        at: Effect.fnUntraced(function*(url) {
          const address = parseAddress(url)
          if (address === undefined) return undefined
          const found = yield* find(url, address.scheme, address.host)
          const repository = found?.kind.repositoryOf(address, found.api)
          return found === undefined || repository === undefined
            ? undefined
            : { ...found, host: address.host, repository }
        })
      })
    })
  )
}
