import { assert, it } from "@effect/vitest"
import { freeze } from "../../src/objects/Share.ts"
import { type LogEntry, makeWatchLog } from "../../src/store/WatchLog.ts"

const entry = (revision: number): LogEntry => ({
  revision,
  type: "ADDED",
  previous: undefined,
  object: freeze({
    metadata: { name: "a", uid: "u", resourceVersion: String(revision), creationTimestamp: "2026-01-01T00:00:00Z" }
  })
})

const filled = (count: number, limit: number) => {
  const log = makeWatchLog(0, limit)
  for (let revision = 1; revision <= count; revision++) log.append(entry(revision))
  return log
}

const revisionsFrom = (log: ReturnType<typeof makeWatchLog>, position: number | undefined) =>
  position === undefined ? undefined : log.read(position, 100)?.map(({ revision }) => revision)

it("a reader continues after the revision that it has seen", () => {
  const log = filled(5, 100)
  assert.deepStrictEqual(revisionsFrom(log, log.positionAfter(3)), [4, 5])
  assert.deepStrictEqual(revisionsFrom(log, log.positionAfter(5)), [])
})

it("a revision between two entries is after the first", () => {
  const log = makeWatchLog(0, 100)
  log.append(entry(10))
  log.append(entry(20))
  assert.deepStrictEqual(revisionsFrom(log, log.positionAfter(15)), [20])
})

it("the oldest entries are dropped, and whoever needs them is told", () => {
  const log = filled(8, 4)
  assert.isUndefined(log.positionAfter(3))
  assert.deepStrictEqual(revisionsFrom(log, log.positionAfter(4)), [5, 6, 7, 8])
})

it("a reader that is too slow is told", () => {
  const log = filled(2, 4)
  const position = log.positionAfter(0)
  for (let revision = 3; revision <= 8; revision++) log.append(entry(revision))
  assert.isUndefined(revisionsFrom(log, position))
})

it("compaction forgets up to the revision and spares readers at the end", () => {
  const log = filled(5, 100)
  const end = log.positionAfter(5)
  log.compact(4)
  assert.isUndefined(log.positionAfter(3))
  assert.deepStrictEqual(revisionsFrom(log, log.positionAfter(4)), [5])
  log.append(entry(6))
  assert.deepStrictEqual(revisionsFrom(log, end), [6])
})

it("the history begins where the store did", () => {
  const log = makeWatchLog(7, 100)
  assert.isUndefined(log.positionAfter(6))
  assert.deepStrictEqual(revisionsFrom(log, log.positionAfter(7)), [])
})
