import { assert, describe, it } from "@effect/vitest"
import { retryAfterIn } from "@orchestrator/domain/RetryAfter"
import { Duration } from "effect"

describe("Retry-After", () => {
  it.each([
    { given: "7", want: 7000 },
    { given: "0", want: 0 },
    { given: "Thu, 01 Jan 1970 00:00:12 GMT", want: 2000 },
    { given: "Thu, 01 Jan 1970 00:00:01 GMT", want: 0 },
    { given: "Thursday, 01-Jan-70 00:00:12 GMT", want: 2000 },
    { given: "1970-01-01T00:00:12Z", want: 2000 },
    { given: "soon", want: undefined },
    { given: "", want: undefined },
    { given: "-1", want: undefined },
    { given: "5.5", want: undefined },
    { given: "1e3", want: undefined },
    { given: "99999999", want: undefined },
    { given: "Someday, maybe", want: undefined },
    { given: undefined, want: undefined }
  ])("$given, ten seconds after the beginning of 1970, is $want ms", ({ given, want }) => {
    const found = retryAfterIn(given, 10_000)
    assert.strictEqual(found && Duration.toMillis(found), want)
  })
})
