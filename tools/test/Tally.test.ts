import { assert, describe, it } from "@effect/vitest"
import { formatTally, type Suite, tallyRun } from "../ci/Tally.ts"

const suite = (passed: number, failed: number, { broken = 0, exit = 0 } = {}): Suite => ({
  exit,
  report: JSON.stringify({
    numPassedTests: passed,
    numFailedTests: failed,
    testResults: [
      { status: "passed", assertionResults: Array.from({ length: passed }, () => ({ status: "passed" })) },
      ...(failed === 0 ? [] : [{ status: "failed", assertionResults: [{ status: "failed" }] }]),
      ...Array.from({ length: broken }, () => ({ status: "failed", assertionResults: [] }))
    ]
  })
})

describe("the tally of a CI run", () => {
  it.each<{ name: string; given: Parameters<typeof tallyRun>; want: string }>([
    { name: "tests and steps are summed", given: [[suite(7, 0)], [0, 0]], want: "9 passed, 0 failed" },
    {
      name: "several suites are summed",
      given: [[suite(7, 0), suite(3, 1, { exit: 1 })], [0]],
      want: "11 passed, 1 failed"
    },
    { name: "failed tests are failures", given: [[suite(5, 2, { exit: 1 })], [0]], want: "6 passed, 2 failed" },
    { name: "a failed step is one", given: [[suite(5, 0)], [0, 1]], want: "6 passed, 1 failed" },
    {
      name: "a file that does not load is one",
      given: [[suite(5, 0, { broken: 1, exit: 1 })], []],
      want: "5 passed, 1 failed"
    },
    {
      name: "a program that dies after its tests is one",
      given: [[suite(5, 0, { exit: 137 })], []],
      want: "5 passed, 1 failed"
    },
    { name: "what was left out is said", given: [[suite(5, 0)], [0], 2], want: "6 passed, 0 failed, 2 skipped" },
    { name: "no report is one", given: [[{ report: "", exit: 1 }], [0]], want: "1 passed, 1 failed" },
    {
      name: "even when the program says it went well",
      given: [[{ report: "", exit: 0 }], []],
      want: "0 passed, 1 failed"
    },
    { name: "a report of another shape is one", given: [[{ report: "{}", exit: 0 }], []], want: "0 passed, 1 failed" }
  ])("$name", ({ given, want }) => assert.strictEqual(formatTally(tallyRun(...given)), want))
})
