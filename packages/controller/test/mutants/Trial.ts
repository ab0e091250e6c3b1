/** Puts one mutant to the trial: is it noticed, by what, and is it the mutant alone that is noticed? */
import { spawn } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { Worker } from "node:worker_threads"
import { makeRunner } from "../faults/Runner.ts"
import { again, type Catch } from "./Hunt.ts"
import { type ByCases, type ByTest, isByTest, type Mutant, mutate, root } from "./Mutant.ts"

export interface Trial {
  readonly mutant: Mutant
  readonly seconds: number
  /** Who noticed; undefined: nobody. */
  readonly by: string | undefined
  /** What plays it again. */
  readonly replay: string
  /** Why it does not count. */
  readonly problem: string | undefined
  readonly steps: ReadonlyArray<string>
}

type Judged = Omit<Trial, "mutant" | "seconds">

/** Even on a busy machine; one that goes round in circles is ended. */
const longestMillis = 240_000

const open = (problem: string): Judged => ({ by: undefined, replay: "", problem, steps: [] })

/** Without a mutant: what plays a case to see that it is the mutant that fails it. */
const faithful = makeRunner()

/** The first case that notices the mutant and nothing else. */
const hunted = (mutant: Mutant): Promise<Catch | undefined> =>
  new Promise((resolve, reject) => {
    const worker = new Worker(new URL("./Worker.ts", import.meta.url), {
      workerData: mutant,
      resourceLimits: { maxYoungGenerationSizeMb: 64 }
    })
    const over = () => {
      clearTimeout(timer)
      void worker.terminate()
    }
    const timer = setTimeout(() => {
      over()
      reject(new Error(`expected a verdict within ${longestMillis / 1000} s`))
    }, longestMillis)
    worker.on("message", (found: Catch | undefined) => {
      if (found !== undefined && again(faithful, found) !== undefined) {
        // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
        worker.postMessage("the next")
        return
      }
      over()
      resolve(found)
    })
    worker.once("error", (error) => {
      over()
      reject(error)
    })
  })

const problemOf = ({ bug, invariant, what }: Catch, { invariants }: ByCases): string | undefined => {
  if (bug !== undefined) return `it is broken instead of wrong: ${bug.trim()}`
  return invariants.includes(invariant) ? undefined : `expected ${invariants.join(" or ")}, found ${invariant}: ${what}`
}

const byCases = async (mutant: Mutant, by: ByCases): Promise<Judged> => {
  const found = await hunted(mutant)
  if (found === undefined) return open(`survived ${by.scenarios.join(",")} with ${by.classes.join(",") || "no fault"}`)
  const { choices, invariant, scenario, steps } = found
  const replay = `${scenario} ${choices === "" ? "without a fault" : choices}`
  return { by: invariant, replay, problem: problemOf(found, by), steps }
}

/** What vitest says of the tests with the mutant in the program. */
const reportOf = ({ named, test }: ByTest, mutant?: Mutant): Promise<TestReport> => {
  const folder = mkdtempSync(join(tmpdir(), "mutant-"))
  const file = join(folder, "report.json")
  const vitest = fileURLToPath(new URL("node_modules/vitest/vitest.mjs", root))
  const config = fileURLToPath(new URL("./vitest.config.ts", import.meta.url))
  const options = ["--config", config, "--reporter=json", `--outputFile.json=${file}`, "--bail=1"]
  const only = named === undefined ? [] : ["--testNamePattern", named]
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [vitest, "run", ...options, ...only, test], {
      cwd: fileURLToPath(root),
      env: mutant === undefined ? process.env : { ...process.env, MUTANT: JSON.stringify(mutant) },
      stdio: "ignore",
      timeout: longestMillis
    })
    child.once("error", reject)
    child.once("close", () => {
      try {
        resolve(JSON.parse(readFileSync(file, "utf8")))
      } catch (error) {
        reject(error)
      } finally {
        rmSync(folder, { recursive: true })
      }
    })
  })
}

interface TestReport {
  readonly testResults: ReadonlyArray<{
    readonly assertionResults: ReadonlyArray<
      { readonly fullName: string; readonly status: string; readonly failureMessages?: ReadonlyArray<string> }
    >
  }>
}

const resultsOf = ({ testResults }: TestReport) => testResults.flatMap(({ assertionResults }) => assertionResults)

const failureIn = (report: TestReport) => resultsOf(report).find(({ status }) => status === "failed")

/** By what is run, what it says without a mutant. */
const calmReports = new Map<string, Promise<TestReport>>()

const byTest = async (mutant: Mutant, by: ByTest): Promise<Judged> => {
  const { named = "", test } = by
  const key = `${test} ${named}`
  const calm = calmReports.get(key) ?? reportOf(by)
  calmReports.set(key, calm)
  const without = failureIn(await calm)
  if (without !== undefined) {
    // Once may be the machine's fault: the next try asks again.
    calmReports.delete(key)
    const [why = "no reason"] = without.failureMessages ?? []
    return open(`${test} fails without it as well: ${without.fullName}: ${why.split("\n", 4).join(" ")}`)
  }
  if (!resultsOf(await calm).some(({ status }) => status === "passed")) {
    return open(`expected tests in ${test}${named === "" ? "" : ` named ${named}`}, found none`)
  }
  const failed = failureIn(await reportOf(by, mutant))?.fullName
  return failed === undefined
    ? open(`survived ${test}`)
    : { by: "test", replay: `${test}: ${failed}`, problem: undefined, steps: [] }
}

export const tryOut = async (mutant: Mutant): Promise<Trial> => {
  const began = performance.now()
  const judged = await (async () => {
    try {
      mutate(mutant, readFileSync(new URL(mutant.file, root), "utf8"))
      return await (isByTest(mutant.by) ? byTest(mutant, mutant.by) : byCases(mutant, mutant.by))
    } catch (error) {
      return open(error instanceof Error ? error.message : String(error))
    }
  })()
  return { mutant, seconds: (performance.now() - began) / 1000, ...judged }
}
