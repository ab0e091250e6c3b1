import { assert, describe, it } from "@effect/vitest"
import type { CustomObject } from "@orchestrator/k8s/Objects"
import { makeAnswerTexts } from "../../src/handlers/AnswerTexts.ts"
import { makeCodeRun } from "../fixtures/Runs.ts"

const run = (uid: string, resourceVersion: string): CustomObject => {
  const made = makeCodeRun(uid)
  return { ...made, metadata: { ...made.metadata, uid, resourceVersion } }
}

/** Counts how often a text is made. */
const counted = (most?: number) => {
  const made: Array<string> = []
  const { textOnce } = makeAnswerTexts(most)
  const textOf = (run: CustomObject) =>
    textOnce(run, ({ metadata }) => {
      made.push(`${metadata.uid} ${metadata.resourceVersion}`)
      return `{"version":"${metadata.resourceVersion}"}`
    }).bytes
  return { made, textOf }
}

describe("texts of answers", () => {
  it("are made once for a version of a run, and anew for the next one, which takes its place", () => {
    const { made, textOf } = counted()
    const texts = [run("a", "1"), run("a", "1"), run("b", "1"), run("a", "2"), run("a", "1")].map((each) =>
      Buffer.from(textOf(each)).toString()
    )
    assert.deepStrictEqual(made, ["a 1", "b 1", "a 2", "a 1"])
    assert.deepStrictEqual(texts, ["1", "1", "1", "2", "1"].map((version) => `{"version":"${version}"}`))
  })

  it("are forgotten where there is no room: what was used least recently, and what is too large at once", () => {
    const { made, textOf } = counted(1100)
    for (const uid of ["a", "b", "a", "c", "a", "b"]) textOf(run(uid, "1"))
    assert.deepStrictEqual(made, ["a 1", "b 1", "c 1", "b 1"])
    const small = counted(500)
    for (const uid of ["a", "a"]) small.textOf(run(uid, "1"))
    assert.lengthOf(small.made, 2)
  })

  it("are counted with what they take beside their bytes, however small they are", () => {
    const { pages } = makeAnswerTexts()
    const page = { bytes: Buffer.from("{}"), version: 1, pending: [], waiting: [] }
    for (let index = 0; index < 10_000; index++) pages.set(`orchestrator coderuns name ${index}`, page)
    const left = Array.from({ length: 10_000 }, (_, index) => pages.get(`orchestrator coderuns name ${index}`))
    assert.isBelow(left.filter((each) => each !== undefined).length, 8000)
  })

  it("of what has no version are made each time", () => {
    const { made, textOf } = counted()
    const { resourceVersion: _, ...metadata } = run("a", "1").metadata
    for (let index = 0; index < 2; index++) textOf({ ...run("a", "1"), metadata })
    assert.lengthOf(made, 2)
  })
})
