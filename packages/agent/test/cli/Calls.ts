/** Calls of an agent's shell that a test waits for, and the processes that they leave. */
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { until } from "./Pod.ts"
import type { World } from "./World.ts"

/** Processes of this machine with this word among their arguments. */
export const running = (word: string): ReadonlyArray<string> =>
  readdirSync("/proc").filter((name) => /^\d+$/.test(name)).filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").includes(word)
    } catch {
      return false
    }
  })

/** Seconds that nobody else sleeps. */
export const nap = ({ uid }: World): string => `300.${Number.parseInt(uid.slice(-6), 16)}`

/** The call has got to `touch ../reached`. */
export const reached = ({ workspace }: World) => until("the call", () => existsSync(join(workspace, "reached")))
