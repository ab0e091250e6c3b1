/** Command lines against a server on loopback whose cluster is in memory: a test plays the controller. */
import { NodeServices } from "@effect/platform-node"
import { layerMemory } from "@orchestrator/embedded/EmbeddedCluster"
import { Server } from "@orchestrator/http/server/Server"
import { HttpSettings } from "@orchestrator/http/services/HttpSettings"
import { Lines } from "@orchestrator/http/services/Lines"
import { Readiness } from "@orchestrator/http/services/Readiness"
import { CodeRunKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { Cause, Console, Effect, Exit, Layer, References, Runtime } from "effect"
import { commandLine } from "../../src/Main.ts"

export const namespace = "orchestrator"

const settings = HttpSettings.layerWith({
  namespace,
  version: "1.2.3",
  models: { defaultCodeModel: "code-default", defaultDocsModel: "docs-default" }
})

/** What a controller would tell of workspaces. */
const lines = Layer.succeed(Lines, {
  waitingOf: (_, runs) => Effect.succeed(runs.map(() => undefined)),
  useOf: () => Effect.succeed({ holders: [], line: [] }),
  unusedIn: (_, daysOf) =>
    Effect.succeed({
      configured: undefined,
      items: [
        { name: "workspace-old", usedAt: 0, goes: true, because: `unused for more than ${daysOf(undefined)} days` },
        { name: "workspace-own", usedAt: undefined, goes: false, because: "it does not say whose it is" }
      ]
    })
})

const open = { mode: "none", audiences: [], allowUnauthenticated: false } as const

/** The server, its cluster, and what commands need of this machine. */
export const testServer = Server.layerWith({ host: "127.0.0.1", port: 0, auth: open, grace: "1 second" }).pipe(
  Layer.provide([settings, lines, Readiness.layer]),
  Layer.provideMerge(layerMemory),
  Layer.provideMerge(NodeServices.layer),
  Layer.provideMerge(Layer.succeed(References.MinimumLogLevel, "None"))
)

const codeOf = (exit: Exit.Exit<unknown, unknown>): number => {
  let code = -1
  Runtime.defaultTeardown(exit, (found) => {
    code = found
  })
  return code
}

const printing = Effect.fnUntraced(function*(out: Array<string>, words: ReadonlyArray<string>) {
  const console = yield* Console.Console
  const to = { ...console, log: (text: string) => void out.push(text), error: () => {} }
  return yield* Effect.exit(Effect.provideService(commandLine(words), Console.Console, to))
})

/** What a command without a server prints, how it ends, and what its failure says. */
export const offline = Effect.fnUntraced(function*(...words: ReadonlyArray<string>) {
  const out: Array<string> = []
  const exit = yield* printing(out, words)
  return { code: codeOf(exit), out: out.join("\n"), failure: Exit.isFailure(exit) ? Cause.pretty(exit.cause) : "" }
})

/** The same with the server. */
export const orchestrator = (...words: ReadonlyArray<string>) =>
  Effect.flatMap(Server, ({ url }) => offline(...words, "--server", url))

/** A command that goes on: what it prints is added to `out`. */
export const watched = (out: Array<string>, ...words: ReadonlyArray<string>) =>
  Effect.flatMap(Server, ({ url }) => printing(out, [...words, "--server", url]))

/** What the controller writes. */
export const setStatus = Effect.fnUntraced(function*(name: string, status: object) {
  const client = yield* KubernetesClient
  yield* client.patchStatus(CodeRunKind, { name, namespace }, { type: "merge", body: { status } })
})
