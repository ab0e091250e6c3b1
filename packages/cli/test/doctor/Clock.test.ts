import { assert, it } from "@effect/vitest"
import { clockLine } from "../../src/doctor/ServerLines.ts"
import { linesText } from "../../src/show/DoctorText.ts"

it.each([
  { name: "the answer's way", difference: 4000, way: 8000, want: "ok" },
  { name: "seconds", difference: -9000, way: 50, want: "warn" },
  { name: "minutes", difference: 240_000, way: 50, want: "fail" }
])(
  "clocks that differ by $name: $want",
  ({ difference, way, want }) => assert.strictEqual(clockLine(difference, way).status, want)
)

it("what to do next stands below what was found", () =>
  assert.strictEqual(
    linesText([{ check: "a", status: "ok", found: "fine" }, {
      check: "long",
      status: "fail",
      found: "bad",
      next: "mend\nit"
    }]),
    "ok    a     fine\nfail  long  bad\n            -> mend\n            -> it"
  ))
