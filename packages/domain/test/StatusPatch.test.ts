import { assert, describe, it } from "@effect/vitest"
import { type StatusPatch, statusPatch } from "../src/StatusPatch.ts"

type Misspelled = Parameters<typeof statusPatch<{ readonly startedAt: string; readonly stratedAt: string }>>[0]

/** Does not compile when its type is another than `true`. */
const holds = <_ extends true>(): boolean => true

describe("a patch of a status", () => {
  it("takes no field that a status does not have, by type", () => {
    assert.isTrue(holds<string extends keyof StatusPatch ? false : true>())
    assert.isTrue(holds<"stratedAt" extends keyof StatusPatch ? false : true>())
    assert.isTrue(holds<[Misspelled["stratedAt"]] extends [never] ? true : false>())
    assert.isTrue(holds<[Misspelled["startedAt"]] extends [never] ? false : true>())
  })

  it("keeps what it is given, with the fields that are to go", () => {
    const fields = { startedAt: "2026-03-01T09:00:00Z", finishedAt: undefined }
    assert.deepStrictEqual<unknown>(statusPatch(fields), fields)
  })
})
