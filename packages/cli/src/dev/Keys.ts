/**
 * Keys that are pressed in the terminal, one by one. While they are read the terminal makes no signals of them, so Ctrl-C, Ctrl-Z and Ctrl-\
 * are sent on as it would, to everything that was started with us. Nothing is read in the background, where reading stops a program.
 */
import { Cause, Effect, Option, Queue, Terminal } from "effect"
import { execFileSync } from "node:child_process"
import { readFileSync } from "node:fs"

const signals: Readonly<Record<string, NodeJS.Signals>> = {
  "\u0003": "SIGINT",
  "\u001a": "SIGTSTP",
  "\u001c": "SIGQUIT"
}

/** Our process group, and the one that the terminal belongs to now. */
const groups = (): ReadonlyArray<string> => {
  if (process.platform !== "linux") {
    return execFileSync("ps", ["-o", "pgid=,tpgid=", "-p", String(process.pid)], { encoding: "utf8" }).trim().split(
      /\s+/
    )
  }
  // https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html: the name, in parentheses, may hold anything.
  const [, , group = "", , , terminal = ""] = readFileSync("/proc/self/stat", "utf8").split(") ").at(-1)?.split(" ") ??
    []
  return [group, terminal]
}

const inForeground = Effect.sync(() => {
  if (process.platform === "win32") return true
  const [group, terminal] = groups()
  return group === terminal
}).pipe(Effect.catchDefect(() => Effect.succeed(false)))

const continued = Effect.callback<void>((resume) => {
  const onContinue = () => resume(Effect.void)
  process.once("SIGCONT", onContinue)
  return Effect.sync(() => process.off("SIGCONT", onContinue))
})

/** Of the terminal's whole group, as the terminal does it: npm and the shell before us too. */
const signalGroup = (signal: NodeJS.Signals) => Effect.sync(() => void process.kill(0, signal))

/** The terminal is given back a moment after nobody reads it any more; whoever stops us then finds it as it was. */
const givenBack = Effect.sleep("30 millis")

/** Ends with the first key that is a signal, or where the terminal's keys end. */
const readUntilSignal = <E, R>(act: (key: string) => Effect.Effect<void, E, R>) =>
  Effect.gen(function*() {
    const terminal = yield* Terminal.Terminal
    const keys = yield* terminal.readInput
    for (;;) {
      const key = Option.getOrElse((yield* Queue.take(keys)).input, () => "")
      if (signals[key] !== undefined) return signals[key]
      yield* act(key)
    }
  }).pipe(Effect.scoped, Effect.catchIf(Cause.isDone, () => Effect.undefined))

/** Acts on keys for as long as this is a terminal's; never ends by itself. */
export const onKeys = <E, R>(act: (key: string) => Effect.Effect<void, E, R>) =>
  Effect.forever(Effect.gen(function*() {
    if (!(yield* inForeground)) return yield* continued
    const signal = yield* readUntilSignal(act)
    yield* givenBack
    if (signal === undefined) return
    const after = signal === "SIGTSTP" ? continued : Effect.never
    yield* Effect.all([after, signalGroup(signal)], { concurrency: "unbounded" })
  }))
