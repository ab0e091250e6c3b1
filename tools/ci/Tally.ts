/** Counts of a whole CI run: the tests of vitest's JSON reports, and each other step as one. */
import { Result, Schema } from "effect"

export interface Tally {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

const VitestReport = Schema.fromJsonString(Schema.Struct({
  numPassedTests: Schema.Int,
  numFailedTests: Schema.Int,
  testResults: Schema.Array(Schema.Struct({
    status: Schema.String,
    assertionResults: Schema.Array(Schema.Struct({ status: Schema.String }))
  }))
}))

const decode = Schema.decodeUnknownResult(VitestReport)

/** Tests of a report. A file that failed before its tests began counts as one failure; so does a report that cannot be read. */
const tallyTests = (report: string): Omit<Tally, "skipped"> =>
  Result.match(decode(report), {
    onFailure: () => ({ passed: 0, failed: 1 }),
    onSuccess: ({ numFailedTests, numPassedTests, testResults }) => ({
      passed: numPassedTests,
      failed: numFailedTests + testResults.filter(({ assertionResults, status }) =>
        status === "failed" && assertionResults.every((test) => test.status !== "failed")
      ).length
    })
  })

/** One run of vitest: the text of its JSON report, and how its program ended. */
export interface Suite {
  readonly report: string
  readonly exit: number
}

/** Tests whose program failed have at least one failure. */
const tallySuite = ({ exit, report }: Suite): Omit<Tally, "skipped"> => {
  const { failed, passed } = tallyTests(report)
  return { passed, failed: Math.max(failed, exit === 0 ? 0 : 1) }
}

/** The tally of test suites, of steps by their exit codes, and of so many that were left out. */
export const tallyRun = (suites: ReadonlyArray<Suite>, steps: ReadonlyArray<number>, skipped = 0): Tally => {
  const tallies = suites.map(tallySuite)
  const failedSteps = steps.filter((code) => code !== 0).length
  return {
    passed: tallies.reduce((sum, { passed }) => sum + passed, steps.length - failedSteps),
    failed: tallies.reduce((sum, { failed }) => sum + failed, failedSteps),
    skipped
  }
}

export const formatTally = ({ failed, passed, skipped }: Tally): string =>
  `${passed} passed, ${failed} failed${skipped === 0 ? "" : `, ${skipped} skipped`}`
