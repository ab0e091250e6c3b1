/** A thread that plays the cases that it is sent. */
import { parentPort, workerData } from "node:worker_threads"
import type { Case } from "./Cases.ts"
import { makeRunner } from "./Runner.ts"

const runner = makeRunner(workerData)

parentPort?.on("message", (cases: ReadonlyArray<Case>) => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  parentPort?.postMessage(runner.run(cases))
})
