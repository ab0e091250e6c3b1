import { assert, describe, it } from "@effect/vitest"
import { formatTally, type Step, tallyRun } from "../ci/Tally.ts"

const suite = (passed: number, failed: number, { broken = 0, exit = 0 } = {}): Step => ({
  name: "npm run test",
  exit,
  report: JSON.stringify({
    numPassedTests: passed,
    numFailedTests: failed,
    testResults: [
      { status: "passed", assertionResults: Array.from({ length: passed }, () => ({ status: "passed" })) },
      ...Array.from({ length: failed }, (_, index) => ({
        name: "Line.test.ts",
        status: "failed",
        assertionResults: [
          { status: "passed" },
          {
            status: "failed",
            fullName: `the line ${index}`,
            failureMessages: ["\u001b[31mexpected 1 to be 2\u001b[39m"]
          }
        ]
      })),
      ...Array.from({ length: broken }, () => ({
        name: "Broken.test.ts",
        status: "failed",
        message: "Cannot find module",
        assertionResults: []
      }))
    ]
  })
})

const step = (exit: number, printed = ""): Step => ({ name: "npm run check", exit, printed })

describe("the tally of a CI run", () => {
  it.each<{ name: string; given: Parameters<typeof tallyRun>; want: string }>([
    { name: "tests and steps are summed", given: [[suite(7, 0), step(0), step(0)]], want: "9 passed, 0 failed" },
    {
      name: "failed tests are failures, by name and with what they said",
      given: [[suite(7, 0), suite(3, 1, { exit: 1 }), step(0)]],
      want: "failed: npm run test: Line.test.ts > the line 0\n    expected 1 to be 2\n11 passed, 1 failed"
    },
    {
      name: "a failed step is one, with the end of what it printed",
      given: [[suite(5, 0), step(0), step(1, "one\ntwo\n")]],
      want: "failed: npm run check: exit code 1\n    one\n    two\n6 passed, 1 failed"
    },
    {
      name: "a file that does not load is one",
      given: [[suite(5, 0, { broken: 1, exit: 1 })]],
      want: "failed: npm run test: Broken.test.ts\n    Cannot find module\n5 passed, 1 failed"
    },
    {
      name: "a program that dies after its tests is one",
      given: [[suite(5, 0, { exit: 137 })]],
      want: "failed: npm run test: exit code 137\n    \n5 passed, 1 failed"
    },
    { name: "what was left out is said", given: [[suite(5, 0), step(0)], 2], want: "6 passed, 0 failed, 2 skipped" },
    {
      name: "no report is one",
      given: [[{ name: "npm run test", report: "", exit: 1 }, step(0)]],
      want: "failed: npm run test: its report cannot be read\n1 passed, 1 failed"
    },
    {
      name: "even when the program says it went well",
      given: [[{ name: "npm run test", report: "", exit: 0 }]],
      want: "failed: npm run test: its report cannot be read\n0 passed, 1 failed"
    },
    {
      name: "a report of another shape is one",
      given: [[{ name: "npm run test", report: "{}", exit: 0 }]],
      want: "failed: npm run test: its report cannot be read\n0 passed, 1 failed"
    }
  ])("$name", ({ given, want }) => assert.strictEqual(formatTally(tallyRun(...given)), want))
})
