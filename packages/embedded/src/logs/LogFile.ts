/** What one container printed: whole lines, the line it is in the middle of, and readers at positions of their own. */
import type { LogLine } from "@orchestrator/k8s/PodLogs"
import { Cause, DateTime, Effect, Latch, Stream } from "effect"

export interface LogFile {
  readonly append: (bytes: Uint8Array, nanos: bigint) => void
  readonly close: () => void
  readonly read: (follow: boolean) => Stream.Stream<LogLine>
}

type Lines = [LogLine, ...Array<LogLine>]

export const makeLogFile = (mostBytes: number): LogFile => {
  const decoder = new TextDecoder()
  let lines: Array<LogLine> = []
  /** Number of lines forgotten: the position of the first that is kept. */
  let start = 0
  let size = 0
  let open: LogLine | undefined
  let closed = false
  let changed = Latch.makeUnsafe()

  const wake = () => {
    const waiting = changed
    changed = Latch.makeUnsafe()
    waiting.openUnsafe()
  }
  const push = (line: LogLine) => {
    lines.push(line)
    size += line.text.length + 1
    if (size <= mostBytes) return
    let dropped = 0
    while (size > mostBytes / 2 && dropped < lines.length - 1) size -= (lines[dropped++]?.text.length ?? 0) + 1
    lines = lines.slice(dropped)
    start += dropped
  }
  const append = (bytes: Uint8Array, nanos: bigint) => {
    const [first = "", ...rest] = decoder.decode(bytes, { stream: true }).split("\n")
    const time = rfc3339Nano(nanos)
    if (first !== "" || rest.length > 0) open = { time: open?.time ?? time, text: (open?.text ?? "") + first }
    for (const text of rest) {
      if (open !== undefined) push(open)
      open = { time, text }
    }
    if (open?.text === "" && rest.length > 0) open = undefined
    wake()
  }
  const close = () => {
    if (closed) return
    closed = true
    if (open !== undefined) push(open)
    open = undefined
    wake()
  }
  const read = (follow: boolean): Stream.Stream<LogLine> =>
    Stream.suspend(() => {
      let position = start
      let ended = false
      const next: Effect.Effect<Lines, Cause.Done> = Effect.suspend(() => {
        if (ended) return Cause.done()
        const fresh = lines.slice(Math.max(0, position - start))
        position = start + lines.length
        const done = !follow || closed
        const batch = done && open !== undefined ? [...fresh, open] : fresh
        ended = done
        if (batch.length > 0) return Effect.succeed(batch as Lines)
        return done ? Cause.done() : Effect.andThen(changed.await, next)
      })
      return Stream.fromPull(Effect.succeed(next))
    })

  return { append, close, read }
}

const rfc3339Nano = (nanos: bigint): string => {
  const seconds = Number(nanos / 1_000_000_000n)
  const fraction = String(nanos % 1_000_000_000n).padStart(9, "0")
  return DateTime.formatIso(DateTime.makeUnsafe(seconds * 1000)).replace(/\.\d+Z$/, `.${fraction}Z`)
}
