/** What keeps a run from starting because of the runs that it depends on. Pure, over whatever the store knows of them. */
import { Result } from "effect"
import type { LiveRun } from "../facts/LiveRun.ts"
import type { Obstacle } from "../facts/Observed.ts"
import type { RunFacts } from "../facts/Run.ts"

interface Look {
  readonly find: (name: string) => RunFacts | undefined
  /** Whether a run waits for those that it depends on no longer. */
  readonly hasBegun: (run: LiveRun) => boolean
}

/** The spec of a run that depends on none is not asked. */
const dependenciesOf = (run: LiveRun): ReadonlyArray<string> =>
  run.dependencies.length > 0 && Result.isSuccess(run.spec) ? run.spec.success.dependsOn : []

const waitsForMerge = ({ spec }: LiveRun): boolean => Result.isSuccess(spec) && spec.success.dependsOnMerged

export const obstacleOf = (run: LiveRun, look: Look): Obstacle | undefined => {
  const names = dependenciesOf(run)
  if (names.length === 0) return undefined
  const seen = names.map((name) => ({ name, run: look.find(name) }))
  for (const { name, run } of seen) {
    if (run?.ended === true && run.phase !== "Succeeded") return { tag: "failed", name, phase: run.phase }
  }
  const path = cycleOf(run, look)
  if (path !== undefined) return { tag: "cycle", path }
  const missing = seen.filter((dependency) => dependency.run === undefined).map(({ name }) => name)
  if (missing.length > 0) return { tag: "missing", names: missing }
  const unfinished = seen.filter((dependency) => dependency.run?.ended === false)
  if (unfinished.length > 0) return { tag: "unfinished", names: unfinished.map(({ name }) => name) }
  const unmerged = waitsForMerge(run)
    ? seen.filter((dependency) => dependency.run?.ended && !dependency.run.merged)
    : []
  return unmerged.length === 0 ? undefined : { tag: "unmerged", names: unmerged.map(({ name }) => name) }
}

/** The shortest way from a run over runs that wait as well back to it. */
const cycleOf = (start: LiveRun, { find, hasBegun }: Look): ReadonlyArray<string> | undefined => {
  const met = new Set<string>()
  const paths: Array<ReadonlyArray<string>> = [[start.name]]
  for (let path = paths.shift(); path !== undefined; path = paths.shift()) {
    const run = path.length === 1 ? start : find(path.at(-1) ?? "")
    if (run === undefined || run.ended || hasBegun(run)) continue
    for (const name of dependenciesOf(run)) {
      if (name === start.name) return [...path, name]
      if (met.has(name)) continue
      met.add(name)
      paths.push([...path, name])
    }
  }
  return undefined
}
