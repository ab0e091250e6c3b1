/** Texts that want to be expanded to a secret: our node reads them as a kubelet does. */
import { assert, describe, it } from "@effect/vitest"
import { expand } from "../../src/node/ContainerEnv.ts"

const env = { A: "1", "B.c-d": "2", SECRET: "not-a-real-secret", NESTED: "$(SECRET)", "A$(B": "3", " ": "4" }

describe("expansion", () => {
  it.each([
    ["$(X$(SECRET))", "$(X$(SECRET))"],
    ["$(X $(SECRET)", "$(X $(SECRET)"],
    ["$(A$(B)", "3"],
    ["$( )", "4"]
  ])("%j is %j", (text, want) => assert.strictEqual(expand(text, env), want))
})
