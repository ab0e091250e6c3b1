/**
 * The broker's address and the run's token. Both are made once for a pod and kept in the broker's own folder, so that a broker that
 * was restarted is found where its predecessor was; the agent's container gets them as a file that it cannot write.
 */
import { Context, Effect, FileSystem, Layer, Option, Path, Schema } from "effect"
import { randomBytes } from "node:crypto"
import type { Endpoint as Address } from "../pod/Endpoint.ts"
import { BrokerConfig } from "./services/BrokerConfig.ts"
import { Credentials } from "./services/Credentials.ts"

const Endpoint_ = Schema.Struct({
  port: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 65_535 })),
  token: Schema.String.check(Schema.isMinLength(32))
})

const decode = Schema.decodeUnknownOption(Schema.fromJsonString(Endpoint_))

export class Endpoint extends Context.Service<Endpoint, {
  /** The port to listen on; 0: any. */
  readonly port: number
  readonly token: string
  /** Hands address, token and what signs commits to the agent's container. From then on the broker is there. */
  readonly publish: (port: number, signingKey: string | undefined) => Effect.Effect<Address>
}>()("@orchestrator/agent/broker/Endpoint") {
  static readonly layer = Layer.effect(
    Endpoint,
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const path = yield* Path.Path
      const { files, port } = yield* BrokerConfig
      const { guard } = yield* Credentials
      const kept = `${files.state}/endpoint.json`
      const before = yield* fs.readFileString(kept).pipe(Effect.map(decode), Effect.orElseSucceed(() => Option.none()))
      const known = Option.getOrUndefined(before)
      const token = known?.token ?? randomBytes(32).toString("hex")
      guard(token)

      const place = Effect.fnUntraced(function*(file: string, text: string, mode: number) {
        yield* fs.makeDirectory(path.dirname(file), { recursive: true })
        yield* fs.writeFileString(`${file}.new`, text, { mode })
        yield* fs.rename(`${file}.new`, file)
      })

      return Endpoint.of({
        port: known?.port ?? port,
        token,
        publish: Effect.fn("Endpoint.publish")(function*(bound, signingKey) {
          const endpoint: Address = {
            url: `http://127.0.0.1:${bound}`,
            token,
            ...(signingKey !== undefined && { signingKey })
          }
          yield* place(kept, JSON.stringify({ port: bound, token }), 0o600).pipe(
            Effect.andThen(place(files.endpoint, JSON.stringify(endpoint), 0o440)),
            Effect.catch((error) => Effect.logError(`cannot hand the broker's address over: ${error.message}`))
          )
          return endpoint
        })
      })
    })
  )
}
