/** `npm run fault -- S1 0*16,4`: plays one case and tells every step. */
import { formatChoices, parseChoices } from "@orchestrator/embedded/faults/Choices"
import { play } from "./Play.ts"
import { makeRunner, scenarioOf } from "./Runner.ts"
import { scenarios } from "./Scenarios.ts"
import { shrink } from "./Shrink.ts"
import { tellLog, tellStep } from "./Steps.ts"

const print = (line: string) => void process.stdout.write(`${line}\n`)
const [id = "", ...rest] = process.argv.slice(2).filter((argument) => !argument.startsWith("--"))
const options = new Set(process.argv.slice(2).filter((argument) => argument.startsWith("--")))
const scenario = scenarioOf(id)
const choices = parseChoices(rest.join(","))

if (scenario === undefined || choices === undefined) {
  print("Usage: npm run fault -- SCENARIO LIST [--shrink] [--quiet]")
  for (const { id, name } of scenarios) print(`  ${id}  ${name}`)
  process.exitCode = 2
} else {
  const runner = makeRunner()
  const calm = runner.calmOf(scenario)
  const fails = (candidate: ReadonlyArray<number>) => runner.outcomeOf(scenario, candidate).violations.length > 0
  const list = options.has("--shrink") && fails(choices) ? shrink(choices, fails) : choices
  print(`${scenario.id} ${scenario.name}: ${formatChoices(list) || "nothing goes wrong"}`)
  const quiet = options.has("--quiet")
  const { violations } = play({
    scenario,
    choices: list,
    calm,
    seen: new Map(),
    wholeWay: true,
    ...(quiet ? {} : { onStep: (step) => print(tellStep(step)), onLog: (line) => print(tellLog(line)) })
  })
  for (const { invariant, what } of violations) print(`${invariant} is violated: ${what}`)
  if (violations.length === 0) print("All invariants hold.")
  process.exitCode = violations.length === 0 ? 0 : 1
}
