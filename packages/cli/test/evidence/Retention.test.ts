import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync
} from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { expired, type KeptAttempt, type KeptFile, withFile } from "../../src/evidence/Retention.ts"
import { sweep, volumePlace } from "../../src/evidence/Sweep.ts"

const day = 86_400_000
const now = 100 * day
const mebibyte = 1_048_576

const attempt = (name: string, ageDays: number, mebibytes = 1): KeptAttempt => ({
  files: [name],
  bytes: mebibytes * mebibyte,
  modified: now - ageDays * day
})

describe("what goes", () => {
  it.each([
    { name: "nothing that is young and little", days: 30, mebibytes: 10, want: [] },
    { name: "what is older", days: 4, mebibytes: 0, want: ["old", "older than"] },
    { name: "the oldest of what is too much", days: 0, mebibytes: 3, want: ["old", "older than"] },
    { name: "all where none fits", days: 0, mebibytes: 1, want: ["old", "older than", "young"] },
    { name: "nothing where nothing is said", days: 0, mebibytes: 0, want: [] }
  ])("is $name", ({ days, mebibytes, want }) => {
    const all = [attempt("young", 1, 2), attempt("old", 20), attempt("older than", 5), attempt("new", 0)]
    assert.deepStrictEqual(expired(all, { days, mebibytes }, now).flatMap(({ files }) => files), want)
  })
})

describe("what is looked at", () => {
  const file = (path: string): KeptFile => ({ path, bytes: 1, modified: now })
  it.each([
    "other/u-1/1/log.txt",
    "ns/u-1/1/log.txt/more",
    "ns/u-1/1/notes.txt",
    "ns/u-1/one/log.txt",
    "ns/../1/log.txt",
    "ns/u-1/log.txt",
    "log.txt",
    ""
  ])("is none of others: %s", (path) => assert.strictEqual(withFile(new Map(), file(path), "ns").size, 0))

  it("is an attempt with all of its files", () => {
    const found = ["ns/u-1/2-r1/log.txt", "ns/u-1/2-r1/diff.patch", "ns/u-1/3/log.txt"]
      .reduce((attempts, path) => withFile(attempts, file(path), "ns"), new Map<string, KeptAttempt>())
    assert.deepStrictEqual([...found].map(([folder, { bytes }]) => [folder, bytes]), [
      ["ns/u-1/2-r1", 2],
      ["ns/u-1/3", 1]
    ])
  })
})

describe("a pass over a volume", () => {
  it.effect("removes what may go, with folders that become empty, and touches nothing else", () =>
    Effect.gen(function*() {
      const root = mkdtempSync(join(tmpdir(), "evidence-"))
      const put = (path: string, ageDays: number) => {
        mkdirSync(dirname(join(root, path)), { recursive: true })
        writeFileSync(join(root, path), "x")
        utimesSync(join(root, path), (now - ageDays * day) / 1000, (now - ageDays * day) / 1000)
      }
      for (const file of ["log.txt", "transcript.jsonl", "result.json"]) put(`ns/gone/1/${file}`, 40)
      put("ns/half/1/log.txt", 40)
      put("ns/half/2/log.txt", 1)
      put("ns/gone-too/1/notes.txt", 40)
      put("other/run/1/log.txt", 40)
      put("precious.txt", 400)
      mkdirSync(join(root, "ns/link/1"), { recursive: true })
      symlinkSync(join(root, "precious.txt"), join(root, "ns/link/1/log.txt"))
      yield* TestClock.setTime(now)
      const place = yield* volumePlace(root, "ns")
      assert.strictEqual(yield* sweep(place, { days: 30, mebibytes: 0 }, "ns"), 2)
      assert.deepStrictEqual(readdirSync(join(root, "ns")).sort(), ["gone-too", "half", "link"])
      assert.deepStrictEqual(readdirSync(join(root, "ns/half")), ["2"])
      for (const path of ["other/run/1/log.txt", "precious.txt", "ns/gone-too/1/notes.txt"]) {
        assert.isTrue(existsSync(join(root, path)), path)
      }
      assert.strictEqual(yield* sweep(place, { days: 30, mebibytes: 0 }, "ns"), 0)
      rmSync(root, { recursive: true })
    }).pipe(Effect.provide(NodeServices.layer)))
})
