/** Spreads cases over threads. */
import { availableParallelism } from "node:os"
import { Worker } from "node:worker_threads"
import type { Case } from "./Cases.ts"
import type { Point } from "./Points.ts"
import type { Tally } from "./Runner.ts"

export interface PoolOptions {
  readonly threads: number | undefined
  /** By scenario. */
  readonly points: ReadonlyMap<string, ReadonlyArray<Point>>
  readonly onTally: (tally: Tally) => void
  /** Whether to go on; asked before each case. */
  readonly goesOn: () => boolean
}

type Message = Tally | "ready" | { readonly error: string; readonly next: Case }

export const playAll = (
  cases: ReadonlyArray<Case>,
  { goesOn, onTally, points, threads = availableParallelism() }: PoolOptions
): Promise<void> => {
  const left = [...cases]
  const threadOf = () =>
    new Promise<void>((resolve, reject) => {
      const worker = new Worker(new URL("./Worker.ts", import.meta.url), {
        workerData: points,
        resourceLimits: { maxYoungGenerationSizeMb: 64 }
      })
      worker.on("message", (message: Message) => {
        if (typeof message === "object" && "error" in message) {
          return reject(new Error(`${message.next.scenario} ${message.next.choices.join()}: ${message.error}`))
        }
        if (message !== "ready") onTally(message)
        // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
        return worker.postMessage(goesOn() ? left.shift() : undefined)
      })
      worker.once("error", reject)
      worker.once("exit", () => resolve())
    })
  return Promise.all(Array.from({ length: threads }, threadOf)).then(() => undefined)
}
