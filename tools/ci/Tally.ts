/** Counts of a whole CI run: the tests of vitest's JSON report, and each other step as one. */
import { Result, Schema } from "effect"

export interface Tally {
  readonly passed: number
  readonly failed: number
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
const tallyTests = (report: string): Tally =>
  Result.match(decode(report), {
    onFailure: () => ({ passed: 0, failed: 1 }),
    onSuccess: ({ numFailedTests, numPassedTests, testResults }) => ({
      passed: numPassedTests,
      failed: numFailedTests + testResults.filter(({ assertionResults, status }) =>
        status === "failed" && assertionResults.every((test) => test.status !== "failed")
      ).length
    })
  })

/** The tally of the tests and of steps by their exit codes. Tests whose program failed have at least one failure. */
export const tallyRun = (report: string, testExit: number, steps: ReadonlyArray<number>): Tally => {
  const tests = tallyTests(report)
  const failedSteps = steps.filter((code) => code !== 0).length
  return {
    passed: tests.passed + steps.length - failedSteps,
    failed: Math.max(tests.failed, testExit === 0 ? 0 : 1) + failedSteps
  }
}

export const formatTally = ({ failed, passed }: Tally): string => `${passed} passed, ${failed} failed`
