/**
 * Progress on the terminal: live lines of the runs that go on where there is a terminal, plain lines otherwise. Everything that is printed goes
 * through here, so that live lines and other text do not run into each other.
 */
import { printable } from "@orchestrator/domain/Printable"
import { Config, Context, Effect, Layer, Option, Stdio, Stream, Terminal } from "effect"
import { liveLines, type LiveRun } from "./LiveLines.ts"
import type { RunLine } from "./RunLine.ts"

export class Display extends Context.Service<Display, {
  /** Text that stays. */
  readonly print: (text: string) => Effect.Effect<void>
  /** The state of a run; a plain line only when it has changed. */
  readonly run: (line: RunLine) => Effect.Effect<void>
  /** A line that a run's agent printed. */
  readonly agent: (run: string, line: string) => Effect.Effect<void>
}>()("@orchestrator/cli/show/Display") {
  static readonly layer = Layer.effect(
    Display,
    Effect.gen(function*() {
      const { stdoutIsTerminal } = yield* Stdio.Stdio
      const terminal = yield* Terminal.Terminal
      return yield* makeDisplay(terminal.display, yield* stdoutIsTerminal)
    })
  )

  /** Beside an output that programs read. */
  static readonly layerStderr = Layer.effect(
    Display,
    Effect.gen(function*() {
      const { stderr, stderrIsTerminal } = yield* Stdio.Stdio
      return yield* makeDisplay((text) => Stream.run(Stream.make(text), stderr()), yield* stderrIsTerminal)
    })
  )
}

type Write = (text: string) => Effect.Effect<void, unknown>

/** Where the environment wants none: https://no-color.org */
const coloursWanted = Effect.map(Config.option(Config.NonEmptyString("NO_COLOR")), Option.isNone).pipe(Effect.orDie)

const makeDisplay = Effect.fnUntraced(function*(write: Write, live: boolean) {
  const terminal = yield* Terminal.Terminal
  const quietly = (text: string) => Effect.ignore(write(text))
  return live ? makeLive(terminal, quietly, yield* coloursWanted) : makePlain(quietly)
})

const makePlain = (write: (text: string) => Effect.Effect<void>): Display["Service"] => {
  const last = new Map<string, string>()
  return {
    print: (text) => write(`${text}\n`),
    run: ({ message, run, text }) =>
      Effect.suspend(() => {
        const line = printable(message === "" ? text : `${text}  ${message}`, { max: longest })
        if (last.get(run) === line) return Effect.void
        last.set(run, line)
        return write(`${line}\n`)
      }),
    agent: (run, line) => write(`${printable(`${run}  | ${line}`, { max: longest })}\n`)
  }
}

/** Of a line that stays. */
const longest = 500

const colours: Readonly<Record<string, string>> = { Succeeded: "32", Failed: "31", Cancelled: "33", Running: "36" }

const clock = /^\d\d:\d\d:\d\d /

const makeLive = (
  terminal: Terminal.Terminal,
  write: (text: string) => Effect.Effect<void>,
  coloured: boolean
): Display["Service"] => {
  const runs = new Map<string, LiveRun>()
  let painted = 0

  const lineOf = (phase: string, text: string) =>
    coloured ? `\u001b[${colours[phase] ?? "2"}m${text}\u001b[0m\n` : `${text}\n`
  const erase = () => (painted === 0 ? "" : `\u001b[${painted}A\r\u001b[J`)
  const paint = (columns: number, rows: number) => {
    const lines = liveLines([...runs.values()], { columns, rows })
    painted = lines.length
    return lines.map(({ phase, text }) => lineOf(phase, text)).join("")
  }
  const show = (before: string) =>
    Effect.flatMap(
      Effect.all([terminal.columns, terminal.rows]),
      ([columns, rows]) =>
        Effect.suspend(() => write(erase() + before + paint(Math.max(40, columns || 80), rows || 24)))
    )

  return {
    print: (text) => show(`${text}\n`),
    run: (line) =>
      Effect.suspend(() => {
        if (line.isLast) {
          runs.delete(line.run)
          return show(lineOf(line.phase, printable(`${line.text}  ${line.message}`, { max: longest })))
        }
        runs.set(line.run, { line, agent: runs.get(line.run)?.agent ?? "" })
        return show("")
      }),
    agent: (run, line) =>
      Effect.suspend(() => {
        const entry = runs.get(run)
        if (entry === undefined) return Effect.void
        runs.set(run, { ...entry, agent: line.replace(clock, "") })
        return show("")
      })
  }
}
