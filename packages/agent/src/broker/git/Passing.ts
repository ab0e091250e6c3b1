/**
 * A cold clone as it comes from upstream: nothing is unpacked, stored and packed again here. Git's own helper for http asks upstream
 * (`stateless-connect`, gitremote-helpers(7)), with the run's credentials and git's rules for hosts; of its answer the pack alone is handed
 * on, never a word of the other side. What a client may ask for is judged before.
 */
import { Deferred, Effect, Schema, Stream } from "effect"
import type { Environment } from "../../pod/Environment.ts"
import type { BrokerGit } from "./BrokerGit.ts"
import type { ColdClone } from "./FetchCommand.ts"
import { flush, packet, parting } from "./PktLine.ts"

/** What came cannot be handed on. */
export class NotPassed extends Schema.TaggedError<NotPassed>()("NotPassed", {
  message: Schema.String,
  /** Whether the client has been told something already. */
  begun: Schema.Boolean
}) {}

export interface Passed {
  /** What is read: the helper's own line, what upstream can, which part of an answer it is, the pack, and the end. */
  readonly stage: "Line" | "Able" | "Part" | "Pack" | "End"
  /** The beginning of a packet whose end has not come. */
  readonly held: Uint8Array
}

export const nothingPassed: Passed = { stage: "Line", held: new Uint8Array() }

const decoder = new TextDecoder()
const newline = 10
const [ofPack, ofWords] = [1, 2]

const unlike = (stage: Passed["stage"], found: string) =>
  new NotPassed({ message: `upstream's answer: found ${JSON.stringify(found.slice(0, 80))}`, begun: stage === "Pack" })

/** Takes what came; answers with what of it goes on. */
export const passOn = Effect.fnUntraced(function*({ held, stage }: Passed, chunk: Uint8Array) {
  const bytes = held.length === 0 ? chunk : Buffer.concat([held, chunk])
  const out: Array<Uint8Array> = []
  let at = 0
  if (stage === "Line") {
    if (bytes[0] !== newline) return yield* unlike(stage, decoder.decode(bytes))
    at = 1
    stage = "Able"
  }
  while (at + 4 <= bytes.length && stage !== "End") {
    const digits = decoder.decode(bytes.subarray(at, at + 4))
    const length = /^[0-9a-f]{4}$/i.test(digits) ? Number.parseInt(digits, 16) : -1
    if (length < 0) return yield* unlike(stage, decoder.decode(bytes.subarray(at)))
    const end = at + Math.max(4, length)
    if (end > bytes.length) break
    const body = bytes.subarray(at + 4, end)
    if (stage === "Able") {
      if (length === 0) stage = "Part"
    } else if (stage === "Part") {
      if (decoder.decode(body).trim() !== "packfile") return yield* unlike(stage, decoder.decode(body))
      out.push(bytes.subarray(at, end))
      stage = "Pack"
    } else if (length === 0) {
      out.push(flush)
      stage = "End"
    } else if (body[0] === ofPack) {
      out.push(bytes.subarray(at, end))
    } else if (body[0] !== ofWords) {
      return yield* unlike(stage, decoder.decode(body.subarray(1)))
    }
    at = end
  }
  const next: Passed = { stage, held: bytes.subarray(stage === "End" ? bytes.length : at) }
  return [next, out] as const
})

/** Of everything that these lead to. */
const request = (wants: ReadonlyArray<string>, format: string | undefined): Uint8Array =>
  Buffer.concat([
    packet("command=fetch\n"),
    ...(format === undefined ? [] : [packet(`object-format=${format}\n`)]),
    parting,
    packet("ofs-delta\n"),
    packet("no-progress\n"),
    ...wants.map((id) => packet(`want ${id}\n`)),
    packet("done\n"),
    flush
  ])

/** Whether there is a helper for this address. */
export const isPassable = (address: string): boolean => /^https?:\/\//i.test(address)

/** Everything that the client wants, from this address. */
export const passing = (
  git: BrokerGit["Service"],
  { format, wants }: ColdClone,
  { address, environment }: { readonly address: string; readonly environment: Environment }
): Stream.Stream<Uint8Array, NotPassed> =>
  Stream.unwrap(Effect.gen(function*() {
    // The helper reads ahead before it has answered, and what it then has it does not hand to upstream.
    const answered = yield* Deferred.make<void>()
    const input = Stream.succeed(Buffer.from("stateless-connect git-upload-pack\n")).pipe(
      Stream.concat(Stream.fromEffect(Effect.as(Deferred.await(answered), request(wants, format))))
    )
    const ended = new NotPassed({ message: "upstream's answer ends before the pack does", begun: true })
    let stage: Passed["stage"] = "Line"
    return git.stream({ args: ["remote-http", "upstream", address], environment, input }).pipe(
      Stream.tap(() => Deferred.succeed(answered, undefined)),
      Stream.mapAccumEffect(() => nothingPassed, (before, chunk) =>
        Effect.tap(passOn(before, chunk), ([next]) => Effect.sync(() => void (stage = next.stage)))),
      Stream.concat(Stream.suspend(() =>
        stage === "End" ? Stream.empty : Stream.fail(
          stage === "Pack" ? ended : unlike(stage, "")
        )
      ))
    )
  }))
