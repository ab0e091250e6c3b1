/**
 * In Stryker's first run of the tests each test is played with each mutant that it comes by, in the modules that are there already: thousands
 * in a minute, where a worker for each takes an hour. Before and after them it is played without any: tests that leave something behind
 * would prove nothing, and fail.
 */
import { type RunnerTestCase, type RunnerTestFile, TestRunner } from "vitest"
import { writeNoticed } from "./Noticed.ts"

/** What Stryker's instrumented code looks at and counts in. */
interface Stryker {
  activeMutant?: string | undefined
  currentTestId?: string | undefined
  hitCount?: number | undefined
  hitLimit?: number | undefined
  mutantCoverage?: {
    readonly static: Readonly<Record<string, number>>
    readonly perTest: Record<string, Readonly<Record<string, number>>>
  }
  /** Mutants that a test has noticed. */
  noticed?: Set<string>
}

declare global {
  var __stryker__: Stryker | undefined
}

/** A mutant that lets a loop go on for ever is stopped after so many times the usual rounds. */
const patience = 100
const leastPatience = 1000

/** @public Named by vitest.stryker.config.ts; vitest takes a runner so. */
// oxlint-disable-next-line import/no-default-export
export default class AllMutants extends TestRunner {
  async runTask(test: RunnerTestCase): Promise<void> {
    const play = TestRunner.getTestFn(test)
    await play()
    const stryker = globalThis.__stryker__
    if (!this.isFirstRun() || stryker?.mutantCoverage === undefined || stryker.currentTestId === undefined) return
    const { currentTestId: id, mutantCoverage: coverage } = stryker
    const hits = coverage.perTest[id] ?? {}
    const noticed = stryker.noticed ??= new Set<string>()
    // What a mutant comes by is not what the test does.
    stryker.currentTestId = "mutants"
    for (const [mutant, rounds] of Object.entries(hits)) {
      if (mutant in coverage.static || noticed.has(mutant)) continue
      Object.assign(stryker, { activeMutant: mutant, hitCount: 0, hitLimit: rounds * patience + leastPatience })
      try {
        await play()
      } catch {
        noticed.add(mutant)
      }
    }
    Object.assign(stryker, { activeMutant: undefined, hitCount: undefined, currentTestId: id })
    delete coverage.perTest["mutants"]
    coverage.perTest[id] = { ...hits }
    await play()
  }

  override onAfterRunFiles(files: Array<RunnerTestFile>): void {
    if (this.isFirstRun()) writeNoticed(globalThis.__stryker__?.noticed ?? [])
    super.onAfterRunFiles(files)
  }

  /** As Stryker's runner of vitest tells. */
  private isFirstRun(): boolean {
    return this.injectValue("mode") === "dry-run"
  }
}
