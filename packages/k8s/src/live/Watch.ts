/**
 * A watch answer as events: one JSON object per line. A line that is too long or no event fails as Malformed; an ERROR event fails with
 * the reason it carries (410 Gone); the server's end of the stream ends it.
 */
import { Cause, Effect, Predicate, Pull, Stream } from "effect"
import type { Kind } from "../Kinds.ts"
import type { WatchEvent, WatchOptions } from "../KubernetesClient.ts"
import { KubernetesError, type KubernetesErrorReason } from "../KubernetesError.ts"
import type { KubernetesObject } from "../Objects.ts"
import { makeLines } from "./Lines.ts"
import { begins, cutsOfSpec, type FoundMetadata, metadataInEvent, standInsOf, textWithout } from "./Metadata.ts"
import { reasonOf } from "./Status.ts"

export interface WatchSource extends Pick<WatchOptions, "isKnown" | "isRead"> {
  readonly ref: string
  readonly maxObjectBytes: number
  /** What may stand for fields of the spec, see Kind. */
  readonly fixed?: Kind["fixed"]
  /** Whether the objects come without their managed fields. */
  readonly leaveOut?: boolean | undefined
}

const types = ["ADDED", "MODIFIED", "DELETED", "BOOKMARK"] as const

const malformed = (message: string): KubernetesErrorReason => ({ _tag: "Malformed", message })

const isCode = (value: unknown): value is number =>
  Number.isInteger(value) && Number(value) >= 400 && Number(value) < 600

/** What it holds is found out by whoever reads it: one that is garbage keeps no other from being followed. */
const isObject = (value: unknown): value is KubernetesObject => Predicate.isObject(value)

const parse = (line: string): unknown => {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

type Decoded = WatchEvent<KubernetesObject> | KubernetesErrorReason

const deleted = Buffer.from("{\"type\":\"DELETED\"")
const added = Buffer.from("{\"type\":\"ADDED\"")

/** What is known, or not read, of an event's object is not parsed. */
const makeEventIn = ({ fixed, isKnown, isRead, leaveOut, ref }: WatchSource) => {
  const standIns = standInsOf(fixed ?? {})

  const whole = (line: Buffer): Decoded => eventOf(line.toString("utf8"))

  const cut = (line: Buffer, found: FoundMetadata): Decoded => {
    const ofSpec = standIns.length > 0 && isRead?.(found) === true ? cutsOfSpec(line, found, standIns) : []
    const managed = leaveOut === true && found.managedFields !== undefined ? [found.managedFields] : []
    const cuts = [...managed, ...ofSpec]
    const event = cuts.length === 0 ? undefined : eventOf(textWithout(line, cuts))
    if (event === undefined || isReason(event)) return whole(line)
    return ofSpec.length === 0 ? event : { ...event, whole: Effect.suspend(() => objectOf(ref, whole(line))) }
  }

  return (line: Buffer): Decoded => {
    if (isKnown === undefined && isRead === undefined && leaveOut !== true) return whole(line)
    const found = metadataInEvent(line)
    if (found === undefined) return whole(line)
    if (begins(line, deleted) || isKnown?.(found) !== true) return cut(line, found)
    const { name, namespace, resourceVersion, uid } = found
    const metadata = { name, namespace, uid, resourceVersion }
    return { type: begins(line, added) ? "ADDED" : "MODIFIED", object: { metadata }, known: true }
  }
}

const failed = (ref: string, reason: KubernetesErrorReason) =>
  Effect.fail(new KubernetesError({ operation: "watch", ref, reason }))

const objectOf = (ref: string, event: Decoded): Effect.Effect<KubernetesObject, KubernetesError> =>
  isReason(event) ? failed(ref, event) : Effect.succeed(event.object)

/** The event of a line, or why there is none. */
export const eventOf = (line: string): Decoded => {
  const event = parse(line)
  if (event === undefined) {
    return malformed(`expected a watch event, found: ${line.slice(0, 200)}`)
  }
  if (!Predicate.hasProperty(event, "type") || !Predicate.hasProperty(event, "object")) {
    return malformed(`expected a watch event, found: ${line.slice(0, 200)}`)
  }
  if (event.type === "ERROR") {
    const { object } = event
    return reasonOf(Predicate.hasProperty(object, "code") && isCode(object.code) ? object.code : 500, object)
  }
  const type = types.find((type) => type === event.type)
  return type === undefined || !isObject(event.object)
    ? malformed(`expected an event of ${types.join(", ")} or ERROR with an object, found: ${line.slice(0, 200)}`)
    : { type, object: event.object }
}

const isReason = (value: Decoded): value is KubernetesErrorReason => "_tag" in value

/**
 * The events of a watch's bytes, one at a time: what is parsed of one is let go of before the next is, and what the caller has learned
 * meanwhile is known. `A` is what the caller asked the server for.
 */
export const decodeWatch = <A extends KubernetesObject>(source: WatchSource) =>
(
  bytes: Stream.Stream<Uint8Array, KubernetesError>
): Stream.Stream<WatchEvent<A>, KubernetesError> =>
  Stream.transformPull(bytes, (pull) =>
    Effect.sync(() => {
      const lines = makeLines(source.maxObjectBytes)
      const eventIn = makeEventIn(source)
      const complete: Array<Buffer> = []
      let isTooLong = false
      let at = 0

      const more = Effect.map(
        Pull.catchDone(pull, (): Pull.Pull<never, KubernetesError> =>
          lines.hasRest()
            ? failed(source.ref, malformed("expected whole objects, found the stream ended in one"))
            : Cause.done()),
        (chunks) => {
          complete.length = 0
          at = 0
          for (const chunk of chunks) {
            const found = lines.push(chunk)
            if (found === undefined) {
              isTooLong = true
              return
            }
            complete.push(...found)
          }
        }
      )

      const next: Pull.Pull<readonly [WatchEvent<A>], KubernetesError> = Effect.suspend(() => {
        while (at < complete.length) {
          const line = complete[at++]
          if (line === undefined || line.length === 0) continue
          const event = eventIn(line)
          return isReason(event) ? failed(source.ref, event) : Effect.succeed([event as WatchEvent<A>] as const)
        }
        return isTooLong
          ? failed(source.ref, malformed(`expected objects of at most ${source.maxObjectBytes} bytes`))
          : Effect.flatMap(more, () => next)
      })
      return next
    }))
