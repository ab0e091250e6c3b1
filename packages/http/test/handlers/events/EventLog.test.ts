import { assert, describe, it } from "@effect/vitest"
import { runKinds } from "@orchestrator/domain/kinds/RunKinds"
import { makeEventLog } from "../../../src/handlers/events/EventLog.ts"
import { positionText, readPosition } from "../../../src/handlers/events/Position.ts"

const { CodeRun, DocsRun } = runKinds
const both = new Set(["CodeRun", "DocsRun"] as const)
const run = { metadata: { name: "a" }, spec: {} }

const change = (kind: typeof CodeRun | typeof DocsRun, revision: number, answer = "{}") => ({
  kind,
  revision: String(revision),
  change: "set" as const,
  run,
  before: undefined,
  answer
})

/** With what was listed at revision 10. */
const listedLog = (bounds = { mostChanges: 8, mostText: 1000 }) => {
  const log = makeEventLog(bounds)
  for (const kind of [CodeRun, DocsRun]) log.listed(kind, "10")
  return log
}

const revisionsOf = (found: ReturnType<ReturnType<typeof listedLog>["read"]>) =>
  typeof found === "string" ? found : found.map(({ kind, position }) => `${kind} ${position[kind]}`)

describe("the log of changes", () => {
  it("gives every listener what came after the place where it is", () => {
    const log = listedLog()
    const early = log.end()
    log.add(change(CodeRun, 11))
    const late = log.end()
    log.add(change(DocsRun, 12))
    assert.deepStrictEqual(revisionsOf(log.read(early)), ["CodeRun 11", "DocsRun 12"])
    assert.deepStrictEqual(revisionsOf(log.read(late)), ["DocsRun 12"])
  })

  it("knows how far both kinds have been told after each change", () => {
    const log = listedLog()
    const at = log.end()
    log.add(change(CodeRun, 11))
    log.add(change(DocsRun, 12))
    const found = log.read(at)
    assert.deepStrictEqual(
      typeof found === "string" ? [] : found.map(({ position }) => positionText(position, both)),
      ["coderuns:11,docsruns:10", "coderuns:11,docsruns:12"]
    )
  })

  it.each([
    { name: "the list", from: { CodeRun: "10", DocsRun: "10" }, want: true },
    { name: "a change", from: { CodeRun: "12", DocsRun: "10" }, want: true },
    { name: "the last change", from: { CodeRun: "12", DocsRun: "10" }, want: true },
    { name: "before the list", from: { CodeRun: "9", DocsRun: "10" }, want: false },
    { name: "a cluster that was further", from: { CodeRun: "100", DocsRun: "10" }, want: false },
    { name: "one kind only", from: { CodeRun: "12" }, want: false }
  ])("goes on after $name: $want", ({ from, want }) => {
    const log = listedLog()
    log.add(change(CodeRun, 11))
    log.add(change(CodeRun, 12))
    assert.strictEqual(log.after(from, both) !== undefined, want)
  })

  it("goes on from the revision that nothing has changed up to", () => {
    const log = listedLog()
    log.advance(DocsRun, "500")
    assert.isDefined(log.after({ CodeRun: "10", DocsRun: "500" }, both))
    assert.strictEqual(positionText(log.position(), both), "coderuns:10,docsruns:500")
  })

  it("forgets the oldest changes beyond its number, and tells who has not read them", () => {
    const log = listedLog({ mostChanges: 8, mostText: 1000 })
    const slow = log.end()
    for (let revision = 11; revision <= 19; revision++) log.add(change(CodeRun, revision))
    assert.strictEqual(log.read(slow), "behind")
    assert.isUndefined(log.after({ CodeRun: "11", DocsRun: "10" }, both))
    assert.isDefined(log.after({ CodeRun: "12", DocsRun: "10" }, both))
    const quick = log.end()
    log.add(change(CodeRun, 20))
    assert.deepStrictEqual(revisionsOf(log.read(quick)), ["CodeRun 20"])
  })

  it("forgets beyond its bytes, and never the newest", () => {
    const log = listedLog({ mostChanges: 100, mostText: 1000 })
    const slow = log.end()
    for (let revision = 11; revision <= 30; revision++) log.add(change(CodeRun, revision, "x".repeat(90)))
    assert.strictEqual(log.read(slow), "behind")
    const quick = log.end()
    log.add(change(CodeRun, 31, "x".repeat(5000)))
    assert.deepStrictEqual(revisionsOf(log.read(quick)), ["CodeRun 31"])
  })

  it("voids everything when a kind had to be listed anew", () => {
    const log = listedLog()
    log.add(change(CodeRun, 11))
    const at = log.end()
    log.listed(DocsRun, "50")
    assert.strictEqual(log.read(at), "gap")
    assert.isUndefined(log.after({ CodeRun: "11", DocsRun: "10" }, both))
    assert.deepStrictEqual(log.read(log.end()), [])
  })
})

describe("the text of a position", () => {
  it("is read as what it was made of, with the kinds that it is for", () => {
    const position = { CodeRun: "123", DocsRun: "9007199254740993" }
    assert.deepStrictEqual(readPosition(positionText(position, both)), position)
    assert.deepStrictEqual(readPosition(positionText(position, new Set(["DocsRun"] as const))), {
      DocsRun: "9007199254740993"
    })
  })

  it.each(["", "x", "coderuns", "coderuns:", "coderuns:x", "pods:1", "coderuns:1,pods:2", "coderuns:1,".repeat(100)])(
    "is not %j",
    (text) => assert.isUndefined(readPosition(text))
  )
})
