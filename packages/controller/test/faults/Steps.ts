/** A case as a person reads it: one line a step, with what the controller planned in between. */
import type { Choices } from "@orchestrator/embedded/faults/Choices"
import type { LogLine } from "@orchestrator/embedded/faults/Process"
import type { Step } from "@orchestrator/embedded/faults/Simulation"
import { play } from "./Play.ts"
import type { Scenario } from "./Scenario.ts"

const clock = (millis: number): string => `${(millis / 1000).toFixed(3).padStart(10)} s`

/** `12.000 s  #34 A#1 replaceStatus CodeRun first: ok   <- 503, once` */
export const tellStep = ({ at, fault, point, text }: Step): string =>
  `${clock(at)} ${(point === undefined ? "" : `#${point.index}`).padStart(5)}  ${text}${
    fault === undefined ? "" : `   <- ${fault}`
  }`

export const tellLog = ({ annotations, level, process, text }: LogLine): string => {
  const { actions, rule, run, ...others } = annotations
  const about = [run, ...Object.entries(others).map(([key, value]) => `${key}=${String(value)}`)]
  return rule === undefined
    ? `${" ".repeat(19)}  ${process} ${level}: ${text} (${about.filter((part) => part !== undefined).join(", ")})`
    : `${" ".repeat(19)}  ${process} sees ${String(run)}: rule ${String(rule)} -> ${String(actions)}`
}

/** All that happens in a case, played alone. */
export const stepsOf = (scenario: Scenario, choices: Choices): ReadonlyArray<string> => {
  const lines: Array<string> = []
  play({
    scenario,
    choices,
    calm: undefined,
    seen: new Map(),
    onStep: (step) => lines.push(tellStep(step)),
    onLog: (line) => lines.push(tellLog(line))
  })
  return lines
}
