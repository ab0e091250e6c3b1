/** A thread that plays the cases that it is sent. */
import { parentPort, workerData } from "node:worker_threads"
import type { Case } from "./Cases.ts"
import { makePlayer } from "./Play.ts"
import type { Point } from "./Points.ts"
import { runCase } from "./Runner.ts"

const player = await makePlayer(workerData as ReadonlyMap<string, ReadonlyArray<Point>>)
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
const tell = (message: unknown) => parentPort?.postMessage(message)

parentPort?.on("message", (next: Case | undefined) => {
  if (next === undefined) void player.close().then(() => process.exit(0))
  else runCase(player, next).then(tell, (error: unknown) => tell({ error: String(error), next }))
})
tell("ready")
