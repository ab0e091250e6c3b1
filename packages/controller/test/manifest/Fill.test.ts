import { assert, it } from "@effect/vitest"
import { fill } from "../../src/manifest/Fill.ts"

it.each<{ template: string; want: string }>([
  { template: "Implement task {taskId}", want: "Implement task 12" },
  { template: "{service}: {taskId}, {taskId}", want: "api $& {run}: 12, 12" },
  { template: "{run} of {constructor} {}", want: "{run} of {constructor} {}" }
])(
  "$template",
  ({ template, want }) =>
    assert.strictEqual(fill(template, { taskId: "12", service: "api $& {run}", run: undefined }), want)
)
