/**
 * Git's smart HTTP for the agent's container: `target.git` to read and, on one branch, to write, everything else to read. What
 * cannot be done is said as git says it, in a sentence.
 */
import { Context, Effect, FileSystem, Layer, type Scope, Stream } from "effect"
import { type HttpServerRequest, HttpServerResponse } from "effect/http"
import { lastWords } from "../../git/Git.ts"
import type { Environment } from "../../pod/Environment.ts"
import type { Role } from "../../pod/Role.ts"
import type { GitRoute } from "../Route.ts"
import { BrokerConfig } from "../services/BrokerConfig.ts"
import { makeSlots } from "../services/Slots.ts"
import { BrokerGit } from "./BrokerGit.ts"
import { askedBranches, parseColdClone, parseFetch, wantedObjects } from "./FetchCommand.ts"
import { GitAccess } from "./GitAccess.ts"
import { Mirror, MirrorError } from "./Mirror.ts"
import type { NotPassed } from "./Passing.ts"
import { errorAnswer, packet, packetsUntilFlush, pushAnswer, serviceHeader } from "./PktLine.ts"
import { parsePush, pushRefusal } from "./PushCommands.ts"
import { answer, bodyOf, largestCall, reading } from "./SmartHttp.ts"
import { RunSubmodules } from "./Submodules.ts"
import { Target } from "./Target.ts"

type Request = HttpServerRequest.HttpServerRequest

const largestCommands = 65_536
const atOnce = 6
/** Of a submodule, in one request: each may have to be looked for. */
const mostWants = 8

/** A repository of the broker's, to read. */
interface Readable {
  readonly name: string
  readonly folder: string
  readonly environment: Effect.Effect<Environment>
  /** Before anything else. */
  readonly prepare: Effect.Effect<void, MirrorError>
  /** Before its branches are told. */
  readonly open: Effect.Effect<unknown, MirrorError>
  /** Before git is asked for them, or for anything else that is in it. */
  readonly whole: Effect.Effect<void, MirrorError>
  /** The branches, where git cannot be asked for them yet. */
  readonly listed: (packets: ReadonlyArray<string>) => Uint8Array | undefined
  /** Answers with an object that a client asks for and may not have. */
  readonly admit: (
    packets: ReadonlyArray<string>,
    wants: ReadonlyArray<string>
  ) => Effect.Effect<string | undefined, MirrorError>
  /** Sees to it that what a client asks for is here. */
  readonly bring: (packets: ReadonlyArray<string>) => Effect.Effect<void>
  /** What comes from upstream itself. */
  readonly pass: (packets: ReadonlyArray<string>) => Stream.Stream<Uint8Array, NotPassed> | undefined
}

/** Version 2, where the client speaks it. */
const versionOf = ({ headers }: Request): Environment => {
  const version = headers["git-protocol"]
  return version !== undefined && /^version=[12]$/.test(version) ? { GIT_PROTOCOL: version } : {}
}

export class GitServer extends Context.Service<GitServer, {
  readonly handle: (
    request: Request,
    route: GitRoute
  ) => Effect.Effect<HttpServerResponse.HttpServerResponse, never, Scope.Scope>
}>()("@orchestrator/agent/broker/git/GitServer") {
  static readonly layer = Layer.effect(
    GitServer,
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const access = yield* GitAccess
      const git = yield* BrokerGit
      const mirror = yield* Mirror
      const submodules = yield* RunSubmodules
      const target = yield* Target
      const { files, git: { maxPushBytes } } = yield* BrokerConfig
      const slots = makeSlots(atOnce)
      const scope = yield* Effect.scope

      const receives = access.local([["receive.advertiseAtomic", "false"], ["receive.advertisePushOptions", "false"]])

      const ofRun = (role: Role): Readable => ({
        name: `${role}.git`,
        folder: mirror.folder(role),
        environment: mirror.environment(role, reading),
        prepare: mirror.prepare(role),
        open: role === "target" ? target.open : mirror.refresh(role),
        whole: role === "target" ? target.whole : Effect.void,
        listed: (packets) => role === "target" ? mirror.listed(packets) : undefined,
        admit: Effect.fnUntraced(function*(packets, wants) {
          const asked = askedBranches(packets)
          if (asked.length > 0) yield* mirror.include(role, asked)
          if (wants.length === 0 || (role === "target" && mirror.surveyed(wants))) return undefined
          if (role === "target") yield* target.whole
          return (yield* mirror.strangers(role, wants))[0]
        }),
        bring: (packets) => {
          const fetch = parseFetch(packets)
          return fetch === undefined ? Effect.void : mirror.bring(role, fetch)
        },
        pass: (packets) => {
          const cold = role === "target" ? parseColdClone(packets) : undefined
          return cold === undefined ? undefined : mirror.pass(cold)
        }
      })

      const ofSubmodule = (id: number, folder: string): Readable => ({
        name: `submodules/${id}.git`,
        folder,
        environment: Effect.succeed(access.local(reading)),
        prepare: Effect.void,
        open: Effect.void,
        whole: Effect.void,
        listed: () => undefined,
        admit: Effect.fnUntraced(function*(_, wants) {
          for (const wanted of wants.slice(0, mostWants)) {
            if (!(yield* Effect.orElseSucceed(submodules.take(id, wanted), () => false))) return wanted
          }
          return wants[mostWants]
        }),
        bring: () => Effect.void,
        pass: () => undefined
      })

      /** Nothing is served before the tree of submodules is known. */
      const find = Effect.fnUntraced(function*(repository: GitRoute["repository"]) {
        if (typeof repository !== "number") return ofRun(repository)
        yield* submodules.list
        const folder = submodules.folder(repository)
        if (folder !== undefined) return ofSubmodule(repository, folder)
        const reason = "the run has no such submodule"
        return yield* new MirrorError({ operation: "look", ref: `submodules/${repository}.git`, reason })
      })

      const refs = Effect.fnUntraced(
        function*(request: Request, { folder, name, ...from }: Readable, { service }: GitRoute) {
          const version = service === "git-receive-pack" ? {} : versionOf(request)
          /** It is told what git can; the branches come in another answer. */
          const bare = version["GIT_PROTOCOL"] === "version=2"
          const tell = Effect.gen(function*() {
            const environment = service === "git-receive-pack" ? receives : yield* from.environment
            return yield* git.ask({
              // By its old name, which images with an older git know as well.
              args: [service.slice(4), "--stateless-rpc", "--advertise-refs", folder],
              environment: { ...environment, ...version }
            })
          })
          // Whoever opens it says what is wrong.
          yield* Effect.ignore(from.prepare)
          const { bytes, exitCode, stderr } = bare
            ? (yield* Effect.all([tell, from.open], { concurrency: 2 }))[0]
            : yield* Effect.andThen(Effect.andThen(from.open, from.whole), tell)
          if (exitCode !== 0) {
            const words = lastWords(stderr) || `git ended with exit code ${exitCode} and no words`
            yield* Effect.logWarning(`the branches of ${name} cannot be told: ${words}`)
            return answer(`${service}-advertisement`, errorAnswer(service, `the branches cannot be told: ${words}`))
          }
          return answer(`${service}-advertisement`, bare ? bytes : Buffer.concat([serviceHeader(service), bytes]))
        }
      )

      /** What is here takes the place of what cannot be handed on; when the client has had a part of that, it has to ask again. */
      const otherwise = (name: string, local: Stream.Stream<Uint8Array>) => ({ begun, message }: NotPassed) =>
        Stream.fromEffectDrain(Effect.logWarning(`${name} cannot be handed on as it comes: ${message}`)).pipe(
          Stream.concat(begun ? Stream.empty : local)
        )

      const upload = Effect.fnUntraced(function*(request: Request, from: Readable) {
        const { folder, name } = from
        const body = yield* Stream.mkUint8Array(bodyOf(request, largestCall))
        const packets = packetsUntilFlush(body)?.packets
        const wants = packets && wantedObjects(packets)
        if (packets === undefined || wants === undefined) {
          return HttpServerResponse.text("This request cannot be understood.\n", { status: 400 })
        }
        const stranger = yield* from.admit(packets, wants)
        const listed = from.listed(packets)
        if (listed !== undefined) return answer("git-upload-pack-result", listed)
        if (stranger !== undefined) {
          yield* Effect.logWarning(`an object of ${name} was asked for that no branch leads to: ${stranger}`)
          const words = `upload-pack: not our ref ${stranger}: no branch of this repository leads to it`
          return answer("git-upload-pack-result", packet(`ERR ${words}\n`))
        }
        const local = Stream.unwrap(Effect.gen(function*() {
          yield* Effect.ignore(from.whole)
          yield* from.bring(packets)
          return git.stream({
            args: ["upload-pack", "--stateless-rpc", folder],
            environment: { ...yield* from.environment, ...versionOf(request) },
            input: Stream.succeed(body)
          })
        }))
        const passed = from.pass(packets)?.pipe(
          Stream.catchTag("NotPassed", otherwise(name, local)),
          Stream.concat(Stream.fromEffectDrain(Effect.forkIn(Effect.ignore(from.whole), scope)))
        )
        if (passed === undefined) yield* from.whole
        return answer("git-upload-pack-result", passed ?? local)
      })

      /** The push as a file, so that a client that goes away in the middle leaves nothing half done; it is gone before the answer goes. */
      const receive = Effect.fnUntraced(function*(request: Request) {
        const folder = yield* fs.makeTempDirectoryScoped({ directory: files.state, prefix: "body-" })
        const path = `${folder}/body`
        const fits = yield* bodyOf(request, maxPushBytes + largestCommands).pipe(
          Stream.run(fs.sink(path)),
          Effect.as(true),
          Effect.catchTag("TooLarge", () => Effect.succeed(false))
        )
        const head = yield* Stream.mkUint8Array(fs.stream(path, { bytesToRead: largestCommands }))
        const { branch } = yield* target.current
        const push = parsePush(head)
        if (push === undefined) {
          // Git asks with an empty push first whether it may send a large one.
          return new TextDecoder().decode(head) === "0000"
            ? answer("git-receive-pack-result", new Uint8Array())
            : HttpServerResponse.text("This push cannot be understood.\n", { status: 400 })
        }
        const sentence = pushRefusal(push, branch) ?? (fits
          ? undefined
          : `this push is larger than ${Math.floor(maxPushBytes / 1_048_576)} MiB, which is all that a run may push`)
        if (sentence !== undefined) {
          yield* Effect.logWarning(`a push was refused: ${sentence}`)
          const refs = push.commands.map(({ ref }) => ref)
          return answer("git-receive-pack-result", pushAnswer({ refs, refused: sentence, words: "" }, push.features))
        }
        return answer("git-receive-pack-result", yield* target.push(push, path))
      }, Effect.scoped)

      const handle = Effect.fnUntraced(function*(request: Request, route: GitRoute) {
        const { call, repository, service } = route
        if (repository !== "target" && service === "git-receive-pack") {
          const words = `${repository}.git can only be read`
          return call === "Refs"
            ? answer(`${service}-advertisement`, errorAnswer(service, words))
            : HttpServerResponse.text(`${words}\n`, { status: 403 })
        }
        if (service === "git-receive-pack" && call === "Exchange") return yield* receive(request)
        const from = yield* find(repository)
        return yield* call === "Refs" ? refs(request, from, route) : upload(request, from)
      })

      const said = ({ message }: MirrorError, { service }: GitRoute) =>
        Effect.as(
          Effect.logWarning(message),
          answer(`${service}-advertisement`, errorAnswer(service, message))
        )

      return GitServer.of({
        handle: Effect.fn("GitServer.handle")(function*(request, route) {
          if (!(yield* slots.tryAcquire)) {
            return HttpServerResponse.text(`More than ${atOnce} git requests at once.\n`, { status: 503 })
          }
          return yield* handle(request, route).pipe(
            Effect.catchTag("MirrorError", (error) => said(error, route)),
            Effect.catch((error) =>
              Effect.as(
                Effect.logWarning(`a git request could not be answered: ${error.message}`),
                HttpServerResponse.text("The broker cannot answer this.\n", { status: 500 })
              )
            )
          )
        })
      })
    })
  )
}
