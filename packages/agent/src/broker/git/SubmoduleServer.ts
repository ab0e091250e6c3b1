/** The run's submodules for the agent's container: which there are, and their repositories by git's smart HTTP, to read. */
import { Context, Effect, Layer, type Scope, Stream } from "effect"
import { type HttpServerRequest, HttpServerResponse } from "effect/http"
import type { Route } from "../Route.ts"
import { BrokerConfig } from "../services/BrokerConfig.ts"
import { makeSlots } from "../services/Slots.ts"
import { BrokerGit } from "./BrokerGit.ts"
import { wantedObjects } from "./FetchCommand.ts"
import { GitAccess } from "./GitAccess.ts"
import { Mirror, type MirrorError } from "./Mirror.ts"
import { packet, packetsUntilFlush, serviceHeader } from "./PktLine.ts"
import { answer, bodyOf, largestCall, reading } from "./SmartHttp.ts"
import { makeSubmodules } from "./Submodules.ts"
import { Target } from "./Target.ts"

type SubmoduleRoute = Extract<Route, { readonly _tag: `Submodule${string}` }>

const atOnce = 6
const mostWants = 8

const plain = (status: number, words: string) => HttpServerResponse.text(`${words}\n`, { status })

export class SubmoduleServer extends Context.Service<SubmoduleServer, {
  readonly handle: (
    request: HttpServerRequest.HttpServerRequest,
    route: SubmoduleRoute
  ) => Effect.Effect<HttpServerResponse.HttpServerResponse, MirrorError, Scope.Scope>
}>()("@orchestrator/agent/broker/git/SubmoduleServer") {
  static readonly layer = Layer.effect(
    SubmoduleServer,
    Effect.gen(function*() {
      const access = yield* GitAccess
      const git = yield* BrokerGit
      const mirror = yield* Mirror
      const target = yield* Target
      const { git: { targetUrl } } = yield* BrokerConfig
      const slots = makeSlots(atOnce)
      const submodules = yield* makeSubmodules

      const source = Effect.gen(function*() {
        const { base } = yield* target.current
        const environment = { ...(yield* mirror.environment("target")), GIT_DIR: mirror.folder("target") }
        return { environment, commit: `refs/heads/${base}`, url: targetUrl }
      })

      const uploadPack = (
        request: HttpServerRequest.HttpServerRequest,
        words: ReadonlyArray<string>,
        folder: string
      ) => {
        const version = request.headers["git-protocol"]
        const asked = version !== undefined && /^version=[12]$/.test(version) ? { GIT_PROTOCOL: version } : {}
        return {
          args: ["upload-pack", "--stateless-rpc", ...words, folder],
          environment: { ...access.local(reading), ...asked },
          bare: version === "version=2"
        }
      }

      const handle = Effect.fnUntraced(
        function*(
          request: HttpServerRequest.HttpServerRequest,
          route: SubmoduleRoute
        ) {
          // Nothing is served before the tree of submodules is known.
          const all = yield* submodules.list(source)
          if (route._tag === "Submodules") return HttpServerResponse.jsonUnsafe(all)
          const folder = submodules.folder(route.id)
          if (folder === undefined) return plain(404, "The run has no such submodule.")
          if (route._tag === "SubmoduleCommit") {
            return HttpServerResponse.jsonUnsafe({ known: yield* submodules.take(route.id, route.commit) })
          }
          if (route._tag === "SubmoduleRefs") {
            const { bare, ...command } = uploadPack(request, ["--http-backend-info-refs"], folder)
            const { bytes, exitCode } = yield* git.ask(command)
            if (exitCode !== 0) return plain(500, "The submodule cannot be read.")
            return answer(
              "git-upload-pack-advertisement",
              bare ? bytes : Buffer.concat([serviceHeader("git-upload-pack"), bytes])
            )
          }
          const body = yield* Stream.mkUint8Array(bodyOf(request, largestCall))
          const packets = packetsUntilFlush(body)?.packets
          const wants = packets && wantedObjects(packets)
          if (wants === undefined || wants.length > mostWants) return plain(400, "This request cannot be understood.")
          for (const wanted of wants) {
            if (yield* Effect.orElseSucceed(submodules.take(route.id, wanted), () => false)) continue
            yield* Effect.logWarning(`a commit of a submodule was asked for that nothing leads to: ${wanted}`)
            return answer("git-upload-pack-result", packet(`ERR upload-pack: not our ref ${wanted}\n`))
          }
          const { bare: _, ...command } = uploadPack(request, [], folder)
          return answer("git-upload-pack-result", git.stream({ ...command, input: Stream.succeed(body) }))
        },
        Effect.catchTags({
          TooLarge: () => Effect.succeed(plain(413, "This request is too large.")),
          Broken: () => Effect.succeed(plain(400, "This request cannot be understood."))
        })
      )

      return SubmoduleServer.of({
        handle: Effect.fn("SubmoduleServer.handle")(function*(request, route) {
          if (!(yield* slots.tryAcquire)) return plain(503, `More than ${atOnce} requests for submodules at once.`)
          return yield* handle(request, route)
        })
      })
    })
  )
}
