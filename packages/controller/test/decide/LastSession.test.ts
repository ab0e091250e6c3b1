/** Which session an attempt takes up that is to go on with one. */
import { assert, describe, it } from "@effect/vitest"
import { lastSession } from "../../src/decide/LastSession.ts"
import { lineRun } from "../fixtures/SnapshotOf.ts"
import { running } from "../fixtures/Statuses.ts"

const session = (digit: number) => `00000000-0000-8000-8000-00000000000${digit}`

/** An attempt that took up the session of this number, some minutes after ten. */
const attempt = (digit: number | undefined, minute: number | undefined, jobName = `job-${digit}-${minute}`) => ({
  contextVersion: 1,
  jobName,
  ...(digit === undefined ? {} : { sessionId: session(digit) }),
  ...(minute === undefined ? {} : { startedAt: `2026-03-01T10:0${minute}:00Z` })
})

const run = (name: string, ...attempts: ReadonlyArray<ReturnType<typeof attempt>>) =>
  lineRun(name, { spec: { contextVersion: 2 }, status: running({ attempts }) })

const own = run("own").jobName

describe("the session that a run goes on with", () => {
  it.each<{ name: string; run: ReturnType<typeof run>; others?: ReadonlyArray<ReturnType<typeof run>>; want?: number }>(
    [
      { name: "is none where there was none", run: run("own") },
      { name: "is none where the run has no history", run: lineRun("own"), others: [lineRun("other")] },
      { name: "is its own newest", run: run("own", attempt(1, 1), attempt(2, 3), attempt(3, 2)), want: 2 },
      {
        name: "is the later of two that began in the same second",
        run: run("own", attempt(1, 1), attempt(2, 1)),
        want: 2
      },
      {
        name: "is not that of the attempt that is about to start",
        run: run("own", attempt(1, 1), attempt(2, 2, own)),
        want: 1
      },
      {
        name: "is that of the last attempt that had one",
        run: run("own", attempt(1, 1), attempt(undefined, 2)),
        want: 1
      },
      {
        name: "is one whose begin is known before one whose is not",
        run: run("own", attempt(1, 1), attempt(2, undefined)),
        want: 1
      },
      {
        name: "is the one whose begin is known, in whatever order",
        run: run("own", attempt(2, undefined), attempt(1, 1)),
        want: 1
      },
      {
        name: "is its own before a newer one of another run",
        run: run("own", attempt(1, 1)),
        others: [run("other", attempt(2, 2))],
        want: 1
      },
      {
        name: "is the newest of its tenant where it has none",
        run: run("own"),
        others: [
          run("other", attempt(1, 1)),
          run("third", attempt(2, 3)),
          run("fourth", attempt(3, 2)),
          lineRun("new")
        ],
        want: 2
      },
      {
        name: "is none of its own attempt, which the list of its tenant has as well",
        run: run("own", attempt(1, 1, own)),
        others: [run("own", attempt(1, 1, own))]
      }
    ]
  )("$name", ({ others = [], run: asked, want }) => {
    assert.strictEqual(lastSession(asked, others), want === undefined ? undefined : session(want))
  })
})
