import { assert, it } from "@effect/vitest"
import { parseLevel } from "../../src/settings/Logging.ts"

it.each([
  { given: "debug", want: "Debug" },
  { given: "WARN", want: "Warn" },
  { given: "orchestrator=debug,tower_http=trace,kube=info", want: "Debug" },
  { given: "info,kube=trace", want: "Info" },
  { given: "kube=trace", want: undefined },
  { given: "loud", want: undefined },
  { given: "", want: undefined }
])("$given is the level $want", ({ given, want }) => assert.strictEqual(parseLevel(given), want))
