/** What a whole CI run came to: the tests of vitest's JSON reports, each other step as one, and what failed by name. */
import { Result, Schema } from "effect"

export interface Tally {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
  /** For each failure its name and the beginning of what it said; a step without tests, the end of what it printed. */
  readonly failures: ReadonlyArray<string>
}

/** One step: a suite of vitest with the text of its JSON report, or any other command with the text that it printed. */
export interface Step {
  readonly name: string
  readonly exit: number
  readonly report?: string
  readonly printed?: string
}

const VitestReport = Schema.fromJsonString(Schema.Struct({
  numPassedTests: Schema.Int,
  numFailedTests: Schema.Int,
  testResults: Schema.Array(Schema.Struct({
    name: Schema.optionalKey(Schema.String),
    status: Schema.String,
    message: Schema.optionalKey(Schema.String),
    assertionResults: Schema.Array(Schema.Struct({
      status: Schema.String,
      fullName: Schema.optionalKey(Schema.String),
      failureMessages: Schema.optionalKey(Schema.NullOr(Schema.Array(Schema.String)))
    }))
  }))
}))

const decode = Schema.decodeUnknownResult(VitestReport)

const lines = (text: string): ReadonlyArray<string> =>
  // oxlint-disable-next-line no-control-regex -- colours of the terminal
  text.replace(/\u001b\[[0-9;]*m/g, "").trim().split("\n")

const indented = (name: string, said: ReadonlyArray<string>): string =>
  [name, ...said.map((line) => `    ${line.slice(0, 200)}`)].join("\n")

/** Tests of a report. A file that failed before its tests began counts as one failure. */
const suiteOf = (step: Step, { numPassedTests, testResults }: typeof VitestReport.Type): Omit<Tally, "skipped"> => {
  const failures = testResults.flatMap(({ assertionResults, message = "", name = "", status }) => {
    const tests = assertionResults.filter((test) => test.status === "failed").map((test) =>
      indented(`${step.name}: ${name} > ${test.fullName ?? ""}`, lines(test.failureMessages?.[0] ?? "").slice(0, 8))
    )
    return tests.length === 0 && status === "failed"
      ? [indented(`${step.name}: ${name}`, lines(message).slice(0, 8))]
      : tests
  })
  return { passed: numPassedTests, failed: failures.length, failures }
}

/** Tests whose program failed have at least one failure; so has a report that cannot be read. */
const tallyStep = (step: Step): Omit<Tally, "skipped"> => {
  const suite = step.report === undefined
    ? { passed: step.exit === 0 ? 1 : 0, failed: 0, failures: [] }
    : Result.match(decode(step.report), {
      onFailure: () => ({ passed: 0, failed: 1, failures: [`${step.name}: its report cannot be read`] }),
      onSuccess: (report) => suiteOf(step, report)
    })
  return step.exit === 0 || suite.failed > 0 ? suite : {
    ...suite,
    failed: 1,
    failures: [indented(`${step.name}: exit code ${step.exit}`, lines(step.printed ?? "").slice(-15))]
  }
}

/** The tally of a run's steps, and of so many that were left out. */
export const tallyRun = (steps: ReadonlyArray<Step>, skipped = 0): Tally => {
  const tallies = steps.map(tallyStep)
  return {
    passed: tallies.reduce((sum, { passed }) => sum + passed, 0),
    failed: tallies.reduce((sum, { failed }) => sum + failed, 0),
    skipped,
    failures: tallies.flatMap(({ failures }) => failures)
  }
}

/** What failed, and as the last line `N passed, N failed[, N skipped]`. */
export const formatTally = ({ failed, failures, passed, skipped }: Tally): string =>
  [
    ...failures.map((failure) => `failed: ${failure}`),
    `${passed} passed, ${failed} failed${skipped === 0 ? "" : `, ${skipped} skipped`}`
  ].join("\n")
