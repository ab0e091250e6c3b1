/** What a run of cases has come to, as a table. */
import type { CaseClass } from "./Cases.ts"
import type { Failure, Tally } from "./Runner.ts"

export interface Report {
  readonly add: (tally: Tally) => void
  readonly failures: ReadonlyArray<Failure>
  readonly lines: (all: ReadonlyMap<CaseClass, number>) => ReadonlyArray<string>
  readonly count: () => number
}

interface Row {
  cases: number
  equalled: number
  idle: number
  failed: number
}

/** What no case of this engine tries, and where it is tried. */
export const notCovered: ReadonlyArray<string> = [
  "I12 (nothing is served without a recent decision): the HTTP API is not part of this; packages/http/test/access",
  "a watch cut at every byte: the client in memory has no bytes; packages/k8s/test/live",
  "etcd, API server restarts, TLS, tokens, quota, Pod Security: npm run test:cluster",
  "faults of the actors' own requests (Job controller, scheduler, kubelet): they are the cluster here, and work at once",
  "an event that is lost within a watch that goes on: no API server does that; cut off and listed again is tried"
]

export const makeReport = (): Report => {
  const rows = new Map<string, Row>()
  const failures: Array<Failure> = []
  return {
    failures,
    count: () => [...rows.values()].reduce((sum, { cases }) => sum + cases, 0),
    add: (tally) => {
      const row = rows.get(tally.class) ?? { cases: 0, equalled: 0, idle: 0, failed: 0 }
      rows.set(tally.class, row)
      row.cases++
      if (!tally.struck) row.idle++
      else if (tally.equalled) row.equalled++
      if (tally.failure !== undefined) {
        row.failed++
        failures.push(tally.failure)
      }
    },
    lines: (all) => {
      const cells = [...rows].map(([name, { cases, equalled, failed, idle }]) => [
        name,
        String(cases),
        String(all.get(name as CaseClass) ?? "any number"),
        String(equalled),
        String(idle),
        String(failed)
      ])
      const table = [["class", "cases", "of", "equalled an earlier one", "without effect", "violations"], ...cells]
      const widths = table[0]?.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0))) ?? []
      return table.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ").trimEnd())
    }
  }
}
