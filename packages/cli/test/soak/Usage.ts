/** What a process has of the machine, from /proc; undefined where it has gone meanwhile. */
import { readdirSync, readFileSync } from "node:fs"

export const residentMegabytes = (pid: number): number | undefined => {
  try {
    const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1024 / 1e6
  } catch {
    return undefined
  }
}

export const openFiles = (pid: number): number | undefined => {
  try {
    return readdirSync(`/proc/${pid}/fd`).length
  } catch {
    return undefined
  }
}
