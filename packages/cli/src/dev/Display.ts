/**
 * Progress on the terminal: one live line per run that has not ended where there is a terminal, plain lines otherwise. Everything that is printed goes
 * through here, so that live lines and other text do not run into each other.
 */
import { printable } from "@orchestrator/domain/Printable"
import { Context, Effect, Layer, Stdio, Terminal } from "effect"
import type { RunLine } from "./RunLine.ts"

export class Display extends Context.Service<Display, {
  /** Text that stays. */
  readonly print: (text: string) => Effect.Effect<void>
  /** The state of a run; a plain line only when it has changed. */
  readonly run: (line: RunLine) => Effect.Effect<void>
  /** A line that a run's agent printed. */
  readonly agent: (run: string, line: string) => Effect.Effect<void>
}>()("@orchestrator/cli/dev/Display") {
  static readonly layer = Layer.effect(
    Display,
    Effect.gen(function*() {
      const terminal = yield* Terminal.Terminal
      const live = yield* (yield* Stdio.Stdio).stdoutIsTerminal
      return live ? makeLive(terminal) : makePlain(terminal)
    })
  )
}

const write = (terminal: Terminal.Terminal, text: string) => Effect.ignore(terminal.display(text))

const makePlain = (terminal: Terminal.Terminal): Display["Service"] => {
  const last = new Map<string, string>()
  return {
    print: (text) => write(terminal, `${text}\n`),
    run: ({ message, run, text }) =>
      Effect.suspend(() => {
        const line = printable(message === "" ? text : `${text}  ${message}`, { max: longest })
        if (last.get(run) === line) return Effect.void
        last.set(run, line)
        return write(terminal, `${line}\n`)
      }),
    agent: (run, line) => write(terminal, `${printable(`${run}  | ${line}`, { max: longest })}\n`)
  }
}

/** Of a line that stays. */
const longest = 500

const colours: Readonly<Record<string, string>> = { Succeeded: "32", Failed: "31", Cancelled: "33", Running: "36" }

/** From here on a line has room for everything that is known of a run. */
const wide = 120

const clock = /^\d\d:\d\d:\d\d /

const makeLive = (terminal: Terminal.Terminal): Display["Service"] => {
  const runs = new Map<string, { readonly line: RunLine; readonly agent: string }>()
  let painted = 0

  const coloured = ({ phase }: RunLine, text: string) => `\u001b[${colours[phase] ?? "2"}m${text}\u001b[0m\n`
  const erase = () => (painted === 0 ? "" : `\u001b[${painted}A\r\u001b[J`)
  const paint = (width: number) => {
    const lines = [...runs.values()].map(({ agent, line }) => {
      const tail = line.phase === "Running" && agent !== "" ? agent : line.message
      return coloured(line, printable(`${width < wide ? line.short : line.text}  ${tail}`, { max: width }))
    })
    painted = lines.length
    return lines.join("")
  }
  const show = (before: string) =>
    Effect.flatMap(
      terminal.columns,
      (width) => Effect.suspend(() => write(terminal, erase() + before + paint(Math.max(40, width || 80))))
    )

  return {
    print: (text) => show(`${text}\n`),
    run: (line) =>
      Effect.suspend(() => {
        if (line.isLast) {
          runs.delete(line.run)
          return show(coloured(line, printable(`${line.text}  ${line.message}`, { max: longest })))
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
