/**
 * The broker's services, and its server on loopback. Stopping takes no new request, lets those in flight (a push, a delivery) end within
 * the grace period, reads the branch back once more, and keeps the evidence.
 */
import { NodeHttpClient, NodeHttpServer } from "@effect/platform-node"
import { Context, Duration, Effect, Layer } from "effect"
import { HttpServer } from "effect/http"
import { createServer } from "node:http"
import { rootCertificates } from "node:tls"
import { Forge } from "../forge/Forge.ts"
import { KnownForges } from "../forge/KnownForges.ts"
import { RemoteTokens } from "../forge/RemoteTokens.ts"
import { ModelProxy } from "../model/ModelProxy.ts"
import { Providers } from "../model/Providers.ts"
import { Spending } from "../model/Spending.ts"
import { makeApp } from "./App.ts"
import { Endpoint } from "./Endpoint.ts"
import { Keeping } from "./evidence/Keeping.ts"
import { Kept } from "./evidence/Kept.ts"
import { Patch } from "./evidence/Patch.ts"
import { BrokerGit } from "./git/BrokerGit.ts"
import { GitAccess } from "./git/GitAccess.ts"
import { GitServer } from "./git/GitServer.ts"
import { Mirror } from "./git/Mirror.ts"
import { Signing } from "./git/Signing.ts"
import { RunSubmodules } from "./git/Submodules.ts"
import { Target } from "./git/Target.ts"
import { Handover } from "./Handover.ts"
import { BrokerConfig } from "./services/BrokerConfig.ts"
import { BrokerReport } from "./services/BrokerReport.ts"
import { TaskIssue } from "./TaskIssue.ts"

const Basis = Layer.mergeAll(BrokerReport.layer, Endpoint.layer, GitAccess.layer, BrokerGit.layer, Signing.layer).pipe(
  Layer.provideMerge(RemoteTokens.layer),
  Layer.provideMerge(KnownForges.layer)
)

/** Requests to the model API and the forge. */
const Client = Layer.unwrap(Effect.gen(function*() {
  const { caCertificates } = yield* BrokerConfig
  return NodeHttpClient.layerNodeHttpOptions(
    caCertificates === undefined ? {} : { ca: [...rootCertificates, caCertificates] }
  )
}))

const Outside = Layer.mergeAll(
  RunSubmodules.layer.pipe(Layer.provideMerge(Target.layer), Layer.provideMerge(Mirror.layer)),
  Spending.layer
).pipe(
  Layer.provideMerge(Forge.layer),
  Layer.provideMerge(Basis),
  Layer.provideMerge(Client)
)

const Keeps = Layer.mergeAll(Kept.layer, Keeping.layer.pipe(Layer.provideMerge(Patch.layer)))

const Services = Layer.mergeAll(
  GitServer.layer,
  ModelProxy.layer.pipe(Layer.provide(Providers.layer)),
  Handover.layer,
  Keeps
).pipe(
  Layer.provideMerge(TaskIssue.layer),
  Layer.provideMerge(Outside)
)

/** Sockets at once; a flood beyond them waits in the kernel. */
const sockets = 128

const server = () => {
  const made = createServer({ headersTimeout: 15_000, keepAliveTimeout: 60_000, maxHeaderSize: 32_768 })
  made.maxConnections = sockets
  return made
}

const Listening = Layer.unwrap(Effect.gen(function*() {
  const { port } = yield* Endpoint
  const { graceSeconds } = yield* BrokerConfig
  return NodeHttpServer.layerServer(server, {
    host: "127.0.0.1",
    port,
    gracefulShutdownTimeout: Duration.seconds(graceSeconds)
  })
}))

/** Whatever was pushed is read back when everything else has ended. */
const lastWord = Effect.gen(function*() {
  const target = yield* Target
  const brokerReport = yield* BrokerReport
  const { delivery } = yield* brokerReport.read
  if (delivery?.headCommit === undefined) return
  yield* target.verify.pipe(
    Effect.catch((error) => Effect.logWarning(`the branch cannot be read back at the end: ${error.message}`))
  )
})

const serve = Effect.gen(function*() {
  const { handle } = yield* makeApp
  const { publish } = yield* Endpoint
  const { signer } = yield* Signing
  yield* HttpServer.serveEffect(handle)
  const { address } = yield* HttpServer.HttpServer
  const port = address._tag === "UnixPathAddress" ? 0 : address.port
  const endpoint = yield* publish(port, signer?.publicKey)
  yield* Effect.log(`the broker is ready on 127.0.0.1:${port}`)
  return endpoint
})

/** With the last word in it, which is part of the evidence. */
const keepEvidence = Effect.flatMap(Keeping, ({ keep }) => keep)

/** Serves until interrupted. */
export const broker = Effect.scoped(Effect.andThen(serve, Effect.never).pipe(Effect.provide(Listening))).pipe(
  Effect.ensuring(Effect.andThen(lastWord, keepEvidence)),
  Effect.provide(Services)
)

/** Serves for as long as the scope is open; answers with where that is, and with what an agent needs that has the credentials too. */
export const brokerInScope = Effect.gen(function*() {
  const services = yield* Layer.build(Services)
  const listening = yield* Layer.build(Listening).pipe(Effect.provide(services))
  const endpoint = yield* serve.pipe(Effect.provide(listening), Effect.provide(services))
  const { git: { targetUrl } } = yield* BrokerConfig
  const ownAccess = yield* Context.get(services, GitAccess).agent(targetUrl)
  return { endpoint, ownAccess }
})
