/**
 * A process of the simulation: its own tasks, clock and randomness. It can be killed (nothing of it happens any more, and nothing of it is
 * tidied up) or paused (nothing happens for a while, and it does not notice).
 */
import { Clock, Context, Logger, Random, References, Scheduler } from "effect"
import { randomOf, seeded } from "./Seeded.ts"
import { makeTasks, type Tasks } from "./Tasks.ts"
import { clockOf, type Timeline } from "./Timeline.ts"

export interface Process {
  /** The same for every life of it. */
  readonly name: string
  /** Of this life alone. */
  readonly id: string
  readonly tasks: Tasks
  /** Scheduler, Clock, Random and loggers, for whatever runs in it. */
  readonly context: Context.Context<never>
  isAlive: boolean
  /** When it goes on; in the past: it is not paused. */
  pausedUntil: number
  /** By how much its wall clock is ahead. */
  skewMillis: number
  /** Its reads are of this revision until then: another API server than the one that was written to. */
  view: { readonly revision: number; readonly until: number } | undefined
}

export interface LogLine {
  readonly process: string
  readonly level: string
  readonly text: string
  readonly annotations: Readonly<Record<string, unknown>>
}

export interface ProcessOptions {
  readonly timeline: Timeline
  readonly name: string
  readonly life: number
  readonly seed: string
  readonly level: "Debug" | "Info" | "None"
  readonly log: (line: LogLine) => void
}

const textOf = (message: unknown): string =>
  (Array.isArray(message) ? message : [message])
    .map((part) => typeof part === "string" ? part : part instanceof Error ? part.message : JSON.stringify(part))
    .join(" ")

export const makeProcess = ({ level, life, log, name, seed, timeline }: ProcessOptions): Process => {
  const id = `${name}#${life}`
  const tasks = makeTasks()
  const logger = Logger.make(({ fiber, logLevel, message }) => {
    const annotations = fiber.getRef(References.CurrentLogAnnotations)
    log({ process: id, level: logLevel, text: textOf(message), annotations })
  })
  const process: Process = {
    name,
    id,
    tasks,
    context: Context.empty().pipe(
      Context.add(Scheduler.Scheduler, tasks),
      Context.add(Clock.Clock, clockOf(timeline, id, () => process.skewMillis)),
      Context.add(Random.Random, randomOf(seeded(`${seed} ${id}`))),
      Context.add(References.MinimumLogLevel, level),
      // Nobody reads the spans.
      Context.add(References.TracerEnabled, false),
      Context.add(Logger.CurrentLoggers, new Set([logger]))
    ),
    isAlive: true,
    pausedUntil: 0,
    skewMillis: 0,
    view: undefined
  }
  return process
}
