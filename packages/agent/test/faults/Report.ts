/** What a run of cases has come to, as a table. */
import { type CaseClass, type Measured } from "./Cases.ts"
import type { Failure, Tally } from "./Runner.ts"

/** What no case of this suite tries, why, and where it is tried. */
export const notCovered: ReadonlyArray<string> = [
  "a git that is killed by a signal at any instruction: here it is killed at the first byte that it writes to a file, and before and after",
  "a push that is killed while the remote takes it: the remote here is a part of git's own process, and is not to be hurt (test:lab, broker/Faults.test.ts)",
  "ssh and TLS remotes, tokens that are renewed or expire: packages/agent/test/broker/Remotes.test.ts",
  "submodules, signed commits, large repositories: test:lab, test/broker/Submodules.test.ts, Signing.hostile.test.ts",
  "the kernel's own death (what was not synced is lost): git syncs its objects and refs, the rest of the workspace is made anew",
  "the agent's own writes: what an agent leaves is tried by test:lab; here its commits and its model requests are"
]

export interface Report {
  readonly add: (tally: Tally) => void
  readonly failures: ReadonlyArray<Failure>
  readonly count: () => number
  readonly lines: (all: ReadonlyMap<CaseClass, number>, measured: ReadonlyArray<Measured>) => ReadonlyArray<string>
}

const table = (rows: ReadonlyArray<ReadonlyArray<string>>): ReadonlyArray<string> => {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? []
  return rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ").trimEnd())
}

export const makeReport = (): Report => {
  const tallies: Array<Tally> = []
  const failures: Array<Failure> = []
  const sum = (some: ReadonlyArray<Tally>) => [
    String(some.length),
    String(some.filter(({ struck }) => !struck).length),
    String(some.reduce((count, { attempts }) => count + attempts, 0)),
    String(some.filter(({ failure }) => failure !== undefined).length)
  ]
  return {
    failures,
    count: () => tallies.length,
    add: (tally) => {
      tallies.push(tally)
      if (tally.failure !== undefined) failures.push(tally.failure)
    },
    lines: (all, measured) => [
      ...table([
        ["class", "of", "cases", "without effect", "attempts", "violations"],
        ...[...Map.groupBy(tallies, (tally) => tally.class)].map(([of, some]) => [
          of,
          String(all.get(of as CaseClass) ?? "any number"),
          ...sum(some)
        ])
      ]),
      "",
      ...table([
        ["scenario", "points", "cases", "without effect", "attempts", "violations", "what it is"],
        ...measured.map(({ points, scenario }) => [
          scenario.id,
          String(points.length),
          ...sum(tallies.filter((tally) => tally.scenario === scenario.id)),
          scenario.name
        ])
      ])
    ]
  }
}
