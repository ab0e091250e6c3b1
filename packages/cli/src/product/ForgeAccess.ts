/**
 * The forges of the configuration, asked with what the administrator gave for their hosts, which goes to its host alone: tokens of the GitHub App
 * where its key is among the files of events, each with the permissions of the question; else the token of the host.
 */
import { NodeHttpClient } from "@effect/platform-node"
import type { AppUse } from "@orchestrator/agent/forge/AppTokens"
import type { Connection, ForgeOptions, Repository } from "@orchestrator/agent/forge/ForgeAdapter"
import type { ForgeError } from "@orchestrator/agent/forge/ForgeError"
import { forgeOf } from "@orchestrator/agent/forge/Forges"
import { heldAppTokens, isOfApp } from "@orchestrator/agent/forge/HeldAppTokens"
import type { RemoteAtForge } from "@orchestrator/agent/forge/KnownForges"
import type { OrchestratorConfig } from "@orchestrator/domain/OrchestratorConfig"
import { EventSecrets } from "@orchestrator/http/events/EventSecrets"
import { ForgeApi, type ForgeRepository, ForgeTrouble } from "@orchestrator/http/services/ForgeApi"
import { Effect, Layer } from "effect"
import { HttpClient } from "effect/http"
import { rootCertificates } from "node:tls"

/** A port stands in a host, and not in the name of a Secret's key. */
const tokenFile = (host: string): string => `token.${host.replace(":", "_")}`

const appKeyFile = "app-key"

const passing = ({ reason }: ForgeError): boolean => reason._tag === "Unavailable" || reason._tag === "RateLimited"

const troubleOf = (error: ForgeError): ForgeTrouble =>
  new ForgeTrouble({ message: error.message, passing: passing(error) })

type WithRepository = <A>(
  work: (repository: Repository) => Effect.Effect<A, ForgeError>
) => Effect.Effect<A, ForgeTrouble>

interface Tokens {
  /** Whether each use has one of its own. */
  readonly perUse: boolean
  readonly of: (use: AppUse) => Pick<ForgeOptions, "token" | "renew">
}

const asked = (as: (use: AppUse) => WithRepository): ForgeRepository => ({
  mayWrite: (login) => Effect.map(as("look")((at) => at.mayWrite(login)), (may) => may === true),
  file: (path, branch) => as("read")((at) => at.file(path, branch)),
  pullRequest: (number) =>
    Effect.map(as("look")((at) => at.look(number)), ({ id, ...pull }) => ({ ...pull, number: id })),
  review: (number, author) => as("look")((at) => at.review(number, author)),
  checks: (commit) => as("checks")((at) => at.checks(commit)),
  answer: (number, mark, text) => as("answer")((at) => at.answer(number, mark, text)),
  markReady: (number) => as("deliver")((at) => at.markReady(number))
})

/** Needs EventSecrets and an HttpClient. */
export const forgeAccess = (
  { forge: settings, github: { app } }: Pick<OrchestratorConfig, "forge" | "github">
) =>
  Layer.effect(
    ForgeApi,
    Effect.gen(function*() {
      const client = yield* HttpClient.HttpClient
      const secrets = yield* EventSecrets
      const appKey = app.id === "" ? Effect.undefined : secrets.whole(appKeyFile)
      const ofApp = yield* heldAppTokens({
        client,
        app,
        key: appKey,
        keyPlace: `the file ${appKeyFile} of the Secret in events.secretName`,
        readsIssue: () => false
      })

      /** Undefined: there are none for its host. */
      const tokensFor = Effect.fnUntraced(function*(at: RemoteAtForge): Effect.fn.Return<Tokens | undefined> {
        if (isOfApp(at, app) && (yield* appKey) !== undefined) {
          return { perUse: true, of: (use) => ({ token: ofApp.token(at, use), renew: ofApp.drop(at, use) }) }
        }
        const token = secrets.text(tokenFile(at.host))
        return (yield* token) === undefined ? undefined : { perUse: false, of: () => ({ token }) }
      })

      const open = Effect.fnUntraced(function*(host: string, path: string, name?: string) {
        const found = forgeOf(host, settings)
        if (found === undefined || (name !== undefined && found.kind.id !== name)) return undefined
        const repository = found.kind.repositoryOf({ host, path, scheme: "https" }, found.api)
        if (repository === undefined) return undefined
        const tokens = yield* tokensFor({ ...found, host, repository })
        if (tokens === undefined) return undefined
        const { connect } = yield* Effect.promise(found.kind.load)
        const connections = new Map<string, Connection>()
        const connection = (use: AppUse): Connection => {
          const key = tokens.perUse ? use : ""
          const known = connections.get(key) ?? connect({ client, api: found.api, ...tokens.of(use) }, repository)
          connections.set(key, known)
          return known
        }
        return asked((use) => (work) =>
          connection(use)(work).pipe(
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
