/** A thread with one mutant in it. Tells the first case that notices it, and after each message the next; nothing where there is none. */
import { registerHooks } from "node:module"
import { parentPort, workerData } from "node:worker_threads"
import { isByTest, type Mutant, mutate, root } from "./Mutant.ts"

const mutant: Mutant = workerData
const mutated = new URL(mutant.file, root).href
let loads = 0

registerHooks({
  load: (url, context, next) => {
    const loaded = next(url, context)
    if (url !== mutated) return loaded
    loads++
    return { ...loaded, source: mutate(mutant, String(loaded.source)) }
  }
})

const { hunt } = await import("./Hunt.ts")
if (loads === 0) throw new Error(`expected the scenarios to use ${mutant.file}, which they do not`)
if (isByTest(mutant.by)) throw new Error("expected a mutant that cases notice, found one of a test")
const found = hunt(mutant.by)
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
const tell = () => void parentPort?.postMessage(found.next().value)
parentPort?.on("message", tell)
tell()
