/** `npm run faults`: every class of faults over every scenario. Options are in docs/guides/faults.md. */
import { parseArgs } from "node:util"
import { type CaseClass, classes, planCases, shares } from "./Cases.ts"
import { playAll } from "./Pool.ts"
import { makeReport, notCovered } from "./Report.ts"
import { makeRunner } from "./Runner.ts"
import { scenarios } from "./Scenarios.ts"

const { values } = parseArgs({
  options: {
    cases: { type: "string" },
    seed: { type: "string" },
    pairs: { type: "boolean", default: false },
    scenarios: { type: "string" },
    classes: { type: "string" },
    threads: { type: "string" },
    seconds: { type: "string" },
    "stop-after": { type: "string" },
    json: { type: "boolean", default: false }
  }
})

const print = (line: string) => void process.stdout.write(`${line}\n`)
const numberOf = (text: string | undefined): number | undefined => text === undefined ? undefined : Number(text)
const listOf = (text: string | undefined): ReadonlyArray<string> | undefined =>
  text?.split(",").map((each) => each.trim())

const total = Object.values(shares).reduce((sum, share) => sum + share, 0)
const count = numberOf(values.cases) ?? total
const seed = numberOf(values.seed) ?? 1
const wantedClasses = listOf(values.classes)
const wantedScenarios = listOf(values.scenarios)?.map((id) => id.toLowerCase())
const mostFailures = numberOf(values["stop-after"]) ?? Number.POSITIVE_INFINITY
const seconds = numberOf(values.seconds) ?? Number.POSITIVE_INFINITY

const chosenClasses = classes.filter((name) => wantedClasses?.includes(name) ?? true)
const chosenScenarios = scenarios.filter(({ id }) => wantedScenarios?.includes(id.toLowerCase()) ?? true)
const half = values.pairs ? 0.5 : 1
const ofChosen = chosenClasses.reduce((sum, name) => sum + shares[name], 0)
const wanted = new Map<CaseClass, number>(
  chosenClasses.filter((name) => name !== "pairs").map((
    name
  ) => [name, Math.ceil(count * half * shares[name] / ofChosen)])
)
if (values.pairs) wanted.set("pairs", Math.ceil(count / 2))

const began = performance.now()
const runner = makeRunner()
const measured = chosenScenarios.map((scenario) => ({ scenario, calm: runner.calmOf(scenario) }))
const { all, cases } = planCases({ measured, wanted, seed })
const report = makeReport()
await playAll(cases, {
  calms: new Map(measured.map(({ calm, scenario }) => [scenario.id, calm])),
  ...(values.threads === undefined ? {} : { threads: Number(values.threads) }),
  onTally: (tally) => {
    report.add(tally)
    if (report.count() % 2500 === 0 && !values.json) print(`${report.count()} of ${cases.length} cases`)
  },
  goesOn: () => report.failures.length < mostFailures && performance.now() - began < seconds * 1000
})
const { system, user } = process.cpuUsage()
const cpuSeconds = ((system + user) / 1_000_000).toFixed(0)
const took = ((performance.now() - began) / 1000).toFixed(0)

if (values.json) {
  print(JSON.stringify({ cases: report.count(), seed, seconds: Number(took), failures: report.failures }))
} else {
  for (const line of report.lines(all)) print(line)
  print(
    `${report.count()} cases of ${chosenScenarios.length} scenarios with seed ${seed} in ${took} s (${cpuSeconds} s of processor time)`
  )
  for (const failure of report.failures.slice(0, 40)) {
    print(`\n${failure.scenario}, ${failure.class}: npm run fault -- ${failure.scenario} ${failure.choices}`)
    for (const { invariant, what } of failure.violations) print(`  ${invariant}: ${what}`)
  }
  if (report.failures.length > 40) print(`\nand ${report.failures.length - 40} more`)
  print("\nNot covered:")
  for (const line of notCovered) print(`- ${line}`)
}
process.exitCode = report.failures.length === 0 ? 0 : 1
