/**
 * Loaded before an arm (`node --import`): SIGUSR2 collects everything that nothing holds, writes what is left to the file that LOOK names, with a
 * snapshot of the heap beside it where SNAPSHOTS is set, and says `looked` on standard error.
 */
import { writeFileSync } from "node:fs"
import { getHeapSpaceStatistics, getHeapStatistics, writeHeapSnapshot } from "node:v8"
import { collect } from "../parts/Collect.ts"
import type { Look } from "../parts/Living.ts"

const file = process.env["LOOK"] ?? ""

const look = async () => {
  // What is let go of by finalizers and turns of the loop is garbage only afterwards.
  for (let each = 0; each < 5; each++) {
    collect()
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  const spaces = Object.fromEntries(
    getHeapSpaceStatistics().map(({ space_name, space_used_size }) => [space_name, space_used_size])
  )
  const { arrayBuffers, external, heapTotal, heapUsed } = process.memoryUsage()
  const found: Look = {
    heapUsed,
    heapTotal,
    external,
    arrayBuffers,
    malloced: getHeapStatistics().malloced_memory,
    spaces,
    resources: process.getActiveResourcesInfo().length
  }
  if (process.env["SNAPSHOTS"] !== undefined) writeHeapSnapshot(`${file}.heapsnapshot`)
  writeFileSync(file, JSON.stringify(found))
  process.stderr.write("looked\n")
}

process.on("SIGUSR2", () => void look())
