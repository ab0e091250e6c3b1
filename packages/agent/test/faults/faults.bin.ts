/** `npm run faults:agent`: what can go wrong for runner and broker, by real git. Options are in docs/guides/faults.md. */
import { parseArgs } from "node:util"
import { type CaseClass, caseClasses, type Measured, planCases, shares } from "./Cases.ts"
import { makePlayer } from "./Play.ts"
import { playAll } from "./Pool.ts"
import { makeReport, notCovered } from "./Report.ts"
import type { Failure } from "./Runner.ts"
import { scenarios } from "./Scenario.ts"

const { values } = parseArgs({
  options: {
    cases: { type: "string" },
    seed: { type: "string" },
    scenario: { type: "string" },
    classes: { type: "string" },
    threads: { type: "string" },
    seconds: { type: "string" },
    "stop-after": { type: "string" },
    json: { type: "boolean", default: false }
  }
})

const print = (line: string) => void process.stdout.write(`${line}\n`)
const numberOf = (text: string | undefined): number | undefined => text === undefined ? undefined : Number(text)
const listOf = (text: string | undefined) => text?.split(",").map((each) => each.trim().toLowerCase())

const total = Object.values(shares).reduce((sum, share) => sum + share, 0)
const count = numberOf(values.cases) ?? total
const seed = numberOf(values.seed) ?? 1
const seconds = numberOf(values.seconds) ?? Number.POSITIVE_INFINITY
const mostFailures = numberOf(values["stop-after"]) ?? Number.POSITIVE_INFINITY
const chosen = scenarios.filter(({ id }) => listOf(values.scenario)?.includes(id.toLowerCase()) ?? true)
const chosenClasses = caseClasses.filter((name) => listOf(values.classes)?.includes(name) ?? true)
const ofChosen = chosenClasses.reduce((sum, name) => sum + shares[name], 0)
const wanted = new Map<CaseClass, number>(
  chosenClasses.map((name) => [name, Math.ceil(count * shares[name] / ofChosen)])
)

/** When it is found: a run takes minutes. */
const tellFailure = ({ choices, class: of, points, scenario, violations }: Failure) => {
  print(`\n${scenario}, ${of}: npm run fault:agent -- ${scenario} ${choices}`)
  for (const point of points) print(`  ${point}`)
  for (const { invariant, what } of violations) print(`  ${invariant}: ${what}`)
}

const began = performance.now()
const player = await makePlayer(new Map())
const measured: Array<Measured> = []
for (const scenario of chosen) measured.push({ scenario, points: (await player.calmOf(scenario)).points })
if (!values.json) {
  print(`${measured.length} scenarios measured after ${((performance.now() - began) / 1000).toFixed(0)} s`)
}
await player.close()
const { all, cases } = planCases(measured, wanted, seed)
const report = makeReport()
await playAll(cases, {
  threads: numberOf(values.threads),
  points: new Map(measured.map(({ points, scenario }) => [scenario.id, points])),
  onTally: (tally) => {
    report.add(tally)
    if (values.json) return
    if (tally.failure !== undefined) tellFailure(tally.failure)
    if (report.count() % 20 === 0) print(`${report.count()} of ${cases.length} cases`)
  },
  goesOn: () => report.failures.length < mostFailures && performance.now() - began < seconds * 1000
})
const took = ((performance.now() - began) / 1000).toFixed(0)

if (values.json) {
  print(JSON.stringify({ cases: report.count(), seed, seconds: Number(took), failures: report.failures }))
} else {
  for (const line of report.lines(all, measured)) print(line)
  print(`\n${report.count()} cases of ${chosen.length} scenarios with seed ${seed} in ${took} s`)
  print("\nNot covered:")
  for (const line of notCovered) print(`- ${line}`)
}
process.exit(report.failures.length === 0 ? 0 : 1)
