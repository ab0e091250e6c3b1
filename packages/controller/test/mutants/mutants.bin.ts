/** `npm run test:mutants`: small wrongs in the program, one by one, each of which has to be noticed. docs/guides/faults.md. */
import { availableParallelism } from "node:os"
import { parseArgs } from "node:util"
import { isByTest, type Mutant } from "./Mutant.ts"
import { mutants } from "./Mutants.ts"
import { type Trial, tryOut } from "./Trial.ts"

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    list: { type: "boolean", default: false },
    steps: { type: "boolean", default: false },
    threads: { type: "string" }
  }
})

const print = (line: string) => void process.stdout.write(`${line}\n`)
const chosen = mutants.filter(({ file, name }) =>
  positionals.length === 0 || positionals.some((words) => `${name} ${file}`.toLowerCase().includes(words.toLowerCase()))
)
const widest = Math.max(0, ...chosen.map(({ name }) => name.length))

const expected = ({ by }: Mutant): string =>
  isByTest(by) ? by.test : `${by.invariants.join(" or ")}: ${by.scenarios.join(",")} with ${by.classes.join(",")}`

const row = ({ by = "-", mutant, problem, replay, seconds }: Trial): string =>
  [mutant.name.padEnd(widest), by.padEnd(4), `${seconds.toFixed(1).padStart(5)} s`, problem ?? replay].join("  ")

const run = async (): Promise<ReadonlyArray<Trial>> => {
  const left = [...chosen]
  const trials: Array<Trial> = []
  const lane = async () => {
    for (let mutant = left.shift(); mutant !== undefined; mutant = left.shift()) {
      const first = await tryOut(mutant)
      // What real programs do is not the same at every try: where a test has to notice, it has two.
      const trial = first.problem !== undefined && isByTest(mutant.by) ? await tryOut(mutant) : first
      if (trial !== first) print(`tried again: ${mutant.name}: ${first.problem}`)
      trials.push(trial)
      print(row(trial))
      for (const step of values.steps ? trial.steps : []) print(`  ${step}`)
    }
  }
  await Promise.all(Array.from({ length: Number(values.threads ?? Math.min(2, availableParallelism())) }, lane))
  return trials
}

if (chosen.length === 0) {
  print(`expected the words of a mutant's name, found ${positionals.join(", ")}: npm run test:mutants -- --list`)
  process.exitCode = 2
} else if (values.list) {
  for (const mutant of chosen) print(`${mutant.name.padEnd(widest)}  ${expected(mutant)}  ${mutant.file}`)
} else {
  const began = performance.now()
  const trials = await run()
  const wrong = trials.filter(({ problem }) => problem !== undefined)
  const byWhom = Map.groupBy(trials.filter(({ problem }) => problem === undefined), ({ by = "-" }) => by)
  const counts = [...byWhom].sort(([left], [right]) => left.localeCompare(right, "en", { numeric: true }))
    .map(([by, { length }]) => `${by} ${length}`).join(", ")
  print(`\n${trials.length} mutants in ${((performance.now() - began) / 1000).toFixed(0)} s, noticed by: ${counts}`)
  for (const { mutant, problem } of wrong) {
    print(`not noticed as it has to be: ${mutant.name}: ${problem} (${mutant.file})`)
  }
  process.exitCode = wrong.length === 0 ? 0 : 1
}
