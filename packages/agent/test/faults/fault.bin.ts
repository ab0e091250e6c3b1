/** `npm run fault:agent -- A1 0*16,4`: plays one case and tells every step. */
import { formatChoices, parseChoices } from "@orchestrator/embedded/faults/Choices"
import { invariants } from "./Judgement.ts"
import { makePlayer } from "./Play.ts"
import { scenarioOf, scenarios } from "./Scenario.ts"

const print = (line: string) => void process.stdout.write(`${line}\n`)
const words = process.argv.slice(2)
const wanted = new Set(words.filter((word) => word.startsWith("--")))
const [id = "", ...rest] = words.filter((word) => !word.startsWith("--"))
const scenario = scenarioOf(id)
const choices = parseChoices(rest.join(","))

if (scenario === undefined || choices === undefined) {
  print("Usage: npm run fault:agent -- SCENARIO LIST [--quiet] [--points]")
  for (const { id, name } of scenarios) print(`  ${id}  ${name}`)
  process.exit(2)
}
const player = await makePlayer(new Map())
if (wanted.has("--points")) {
  const { points } = await player.calmOf(scenario)
  points.forEach(({ kind, label, owner }, index) =>
    print(`${String(index).padStart(4)}  ${owner.padEnd(6)} ${kind.padEnd(7)} ${label}`)
  )
}
print(`${scenario.id} ${scenario.name}: ${formatChoices(choices) || "nothing goes wrong"}`)
const { reasons, violations } = await player.play(scenario, choices, wanted.has("--quiet") ? undefined : print)
await player.close()
print(`ended with ${reasons.join(", ")}`)
for (const { invariant, what } of violations) print(`${invariant} (${invariants[invariant]}) is violated: ${what}`)
if (violations.length === 0) print("All invariants hold.")
process.exit(violations.length === 0 ? 0 : 1)
