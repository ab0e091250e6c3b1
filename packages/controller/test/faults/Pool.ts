/** Spreads cases over threads. */
import { availableParallelism } from "node:os"
import { Worker } from "node:worker_threads"
import type { Case } from "./Cases.ts"
import type { Calm } from "./Play.ts"
import { makeRunner, type Tally } from "./Runner.ts"

/** Cases that a thread is sent at a time. */
const bunch = 160

export interface PoolOptions {
  readonly threads?: number
  /** By scenario, what nothing goes wrong comes to. */
  readonly calms: ReadonlyMap<string, Calm>
  readonly onTally: (tally: Tally) => void
  /** Whether to go on; asked before each bunch. */
  readonly goesOn: () => boolean
}

const inBunches = (cases: ReadonlyArray<Case>): Array<ReadonlyArray<Case>> =>
  Array.from({ length: Math.ceil(cases.length / bunch) }, (_, index) => cases.slice(index * bunch, (index + 1) * bunch))

/** Far apart one after the other, so that whoever stops early has seen something of everything. */
const spread = <A>(items: ReadonlyArray<A>): Array<A> => {
  const stride = Math.max(1, Math.floor(items.length * 0.38))
  return Array.from({ length: stride }, (_, first) => items.filter((_, index) => index % stride === first)).flat()
}

/** Cases of one scenario together: what one has seen another need not see again. */
export const playAll = (
  cases: ReadonlyArray<Case>,
  { calms, goesOn, onTally, threads }: PoolOptions
): Promise<void> => {
  const bunches = spread(inBunches(
    cases.toSorted((left, right) => left.scenario < right.scenario ? -1 : left.scenario > right.scenario ? 1 : 0)
  ))
  const count = Math.min(threads ?? availableParallelism(), bunches.length)
  if (count <= 1) {
    const runner = makeRunner(calms)
    for (const bunch of bunches) {
      if (!goesOn()) break
      runner.run(bunch).forEach(onTally)
    }
    return Promise.resolve()
  }
  const threadOf = () =>
    new Promise<void>((resolve, reject) => {
      const worker = new Worker(new URL("./Worker.ts", import.meta.url), {
        workerData: calms,
        resourceLimits: { maxYoungGenerationSizeMb: 64 }
      })
      const next = () => {
        const bunch = goesOn() ? bunches.shift() : undefined
        // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
        if (bunch !== undefined) worker.postMessage(bunch)
        else void worker.terminate().then(() => resolve())
      }
      worker.on("message", (tallies: ReadonlyArray<Tally>) => {
        tallies.forEach(onTally)
        next()
      })
      worker.on("error", reject)
      next()
    })
  return Promise.all(Array.from({ length: count }, threadOf)).then(() => undefined)
}
