/** The embedded cluster behind its HTTP face, with plain requests to it and a live client of it. */
import * as LiveClient from "@orchestrator/k8s/live/LiveClient"
import { Effect, Layer, Redacted, type Scope } from "effect"
import { Agent, request } from "undici"
import * as EmbeddedCluster from "../../src/EmbeddedCluster.ts"
import { layerWith as layerWire, WireServer, type WireServerOptions } from "../../src/wire/WireServer.ts"

export const served = (options: WireServerOptions = {}) =>
  layerWire(options).pipe(Layer.provideMerge(EmbeddedCluster.layerMemory))

/** A live client of the server that is in the context. */
export const liveClient = Layer.unwrap(
  Effect.map(
    WireServer,
    ({ certificateAuthority, token, url }) => LiveClient.layerWith({ server: { url, certificateAuthority, token } })
  )
)

export interface Asked {
  readonly method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE"
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
}

export interface Answered {
  readonly status: number
  readonly headers: Readonly<Record<string, string | Array<string> | undefined>>
  readonly text: string
}

/** Plain requests with the token, as curl would send them. */
export const makeAsk: Effect.Effect<
  (path: string, asked?: Asked) => Effect.Effect<Answered>,
  never,
  WireServer | Scope.Scope
> = Effect.gen(function*() {
  const { certificateAuthority, token, url } = yield* WireServer
  const agent = yield* Effect.acquireRelease(
    Effect.sync(() => new Agent({ connect: { ca: certificateAuthority, checkServerIdentity: () => undefined } })),
    (agent) => Effect.promise(() => agent.destroy())
  )
  return (path, { body, headers, method } = {}) =>
    Effect.promise(async () => {
      const answer = await request(`${url}${path}`, {
        dispatcher: agent,
        method: method ?? "GET",
        headers: { authorization: `Bearer ${Redacted.value(token)}`, ...headers },
        body: body ?? null
      })
      return { status: answer.statusCode, headers: answer.headers, text: await answer.body.text() }
    })
})
