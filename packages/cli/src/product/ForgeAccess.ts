/** The forges of the configuration, asked with the tokens that the administrator gave for their hosts: each goes to its host alone. */
import { NodeHttpClient } from "@effect/platform-node"
import type { Repository } from "@orchestrator/agent/forge/ForgeAdapter"
import type { ForgeError } from "@orchestrator/agent/forge/ForgeError"
import { forgeOf } from "@orchestrator/agent/forge/Forges"
import type { OrchestratorConfig } from "@orchestrator/domain/OrchestratorConfig"
import { EventSecrets } from "@orchestrator/http/events/EventSecrets"
import { ForgeApi, type ForgeRepository, ForgeTrouble } from "@orchestrator/http/services/ForgeApi"
import { Effect, Layer } from "effect"
import { HttpClient } from "effect/http"
import { rootCertificates } from "node:tls"

/** A port stands in a host, and not in the name of a Secret's key. */
const tokenFile = (host: string): string => `token.${host.replace(":", "_")}`

const passing = ({ reason }: ForgeError): boolean => reason._tag === "Unavailable" || reason._tag === "RateLimited"

const troubleOf = (error: ForgeError): ForgeTrouble =>
  new ForgeTrouble({ message: error.message, passing: passing(error) })

type WithRepository = <A>(
  work: (repository: Repository) => Effect.Effect<A, ForgeError>
) => Effect.Effect<A, ForgeTrouble>

const asked = (use: WithRepository): ForgeRepository => ({
  mayWrite: (login) => Effect.map(use((at) => at.mayWrite(login)), (may) => may === true),
  file: (path, branch) => use((at) => at.file(path, branch)),
  pullRequest: (number) => Effect.map(use((at) => at.look(number)), ({ id, ...pull }) => ({ ...pull, number: id })),
  review: (number, author) => use((at) => at.review(number, author)),
  checks: (commit) => use((at) => at.checks(commit)),
  answer: (number, mark, text) => use((at) => at.answer(number, mark, text)),
  markReady: (number) => use((at) => at.markReady(number))
})

/** Needs EventSecrets and an HttpClient. */
export const forgeAccess = ({ forge: settings }: Pick<OrchestratorConfig, "forge">) =>
  Layer.effect(
    ForgeApi,
    Effect.gen(function*() {
      const client = yield* HttpClient.HttpClient
      const secrets = yield* EventSecrets
      const open = Effect.fnUntraced(function*(host: string, path: string, name?: string) {
        const found = forgeOf(host, settings)
        const token = secrets.text(tokenFile(host))
        if (found === undefined || (yield* token) === undefined) return undefined
        if (name !== undefined && found.kind.id !== name) return undefined
        const repository = found.kind.repositoryOf({ host, path, scheme: "https" }, found.api)
        if (repository === undefined) return undefined
        const { connect } = yield* Effect.promise(found.kind.load)
        const connected = connect({ client, api: found.api, token }, repository)
        return asked((work) =>
          connected(work).pipe(
            Effect.provideService(HttpClient.TracerPropagationEnabled, false),
            Effect.mapError(troubleOf)
          )
        )
      })
      return ForgeApi.of({ at: (name, host, path) => open(host, path, name), atHost: (host, path) => open(host, path) })
    })
  )

/** Follows no redirect, and trusts the authorities that brokers trust. */
export const forgeClient = ({ agent }: Pick<OrchestratorConfig, "agent">) =>
  NodeHttpClient.layerNodeHttpOptions(
    agent.broker.caCertificates === "" ? {} : { ca: [...rootCertificates, agent.broker.caCertificates] }
  )
