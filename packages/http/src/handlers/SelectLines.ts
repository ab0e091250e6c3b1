/** Which lines of a log are meant by `since` and `tail`: what a kubelet is asked for, and the same for logs that no kubelet serves. */
import type { PodLogOptions } from "@orchestrator/k8s/KubernetesClient"
import { DateTime, Option, Stream } from "effect"

const duration = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s?)?$/

/** What `since` says, in the terms of a pod's log. */
export const sinceOf = (since: string | undefined): Pick<PodLogOptions, "sinceSeconds" | "sinceTime"> => {
  if (since === undefined) return {}
  const parts = duration.exec(since)
  if (parts !== null) {
    const [hours = 0, minutes = 0, seconds = 0] = parts.slice(1).map((part) => Number(part ?? 0))
    return { sinceSeconds: Math.max(1, hours * 3600 + minutes * 60 + seconds) }
  }
  return Option.match(DateTime.make(since), {
    onNone: () => ({}),
    onSome: (time) => ({ sinceTime: DateTime.formatIso(time) })
  })
}

interface Selection {
  readonly since: string | undefined
  readonly tail: number | undefined
  readonly timestamps: boolean
}

export const millisOf = (time: string | undefined): number | undefined =>
  time === undefined ? undefined : Option.getOrUndefined(Option.map(DateTime.make(time), DateTime.toEpochMillis))

/** The time that `since` means, where it is given. */
export const beginOf = (since: string | undefined, nowMillis: number): number | undefined => {
  const { sinceSeconds, sinceTime } = sinceOf(since)
  return sinceSeconds === undefined ? millisOf(sinceTime) : nowMillis - sinceSeconds * 1000
}

const timed = /^(\d{4}-\d\d-\d\dT[\d:.]+Z) /

/** Of a log whose lines begin with their time. A line without one is of the time of the line before. */
export const selectLines = <E>(
  log: Stream.Stream<Uint8Array, E>,
  { since, tail, timestamps }: Selection,
  nowMillis: number
): Stream.Stream<Uint8Array, E> => {
  const from = beginOf(since, nowMillis)
  const lines = log.pipe(
    Stream.decodeText,
    Stream.splitLines,
    Stream.mapAccum(() => 0, (before, line) => {
      const time = millisOf(timed.exec(line)?.[1]) ?? before
      return [time, [{ time, line }]]
    }),
    Stream.filter(({ time }) => from === undefined || time >= from),
    Stream.map(({ line }) => timestamps ? line : line.replace(timed, ""))
  )
  return (tail === undefined ? lines : Stream.takeRight(lines, tail)).pipe(
    Stream.map((line) => `${line}\n`),
    Stream.encodeText
  )
}
