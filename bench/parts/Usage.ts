/** What a process has used, from /proc. */
import { readFileSync } from "node:fs"

/** Ticks of /proc/PID/stat per second: USER_HZ. */
const ticks = 100

const millis = (stat: string): number => {
  const fields = readFileSync(stat, "utf8").split(") ")[1]?.split(" ") ?? []
  return (Number(fields[11]) + Number(fields[12])) * 1000 / ticks
}

/** Milliseconds of CPU of all its threads, in user and kernel mode. */
export const cpuMillis = (pid: number): number => millis(`/proc/${pid}/stat`)

const firstMillis = (pid: number): number => millis(`/proc/${pid}/task/${pid}/stat`)

/** What each of so many runs takes from here on, and the words for it: the first thread's part is, of a Node process, what is not V8's compiler, its collector's helpers and libuv's pool. */
export const cpuFromHere = (pid: number, runs: number) => {
  const [all, first] = [cpuMillis(pid), firstMillis(pid)]
  return () => {
    const cpu = (cpuMillis(pid) - all) / runs
    const ofFirst = (firstMillis(pid) - first) / runs
    return { cpu, words: `${cpu.toFixed(2)} ms of CPU per run (${ofFirst.toFixed(2)} of the first thread)` }
  }
}

const field = (pid: number, name: string): number => {
  const value = new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]
  return Number(value) * 1024 / 1e6
}

/** Resident memory in MB, now and at its highest. */
export const residentMegabytes = (pid: number) => ({ now: field(pid, "VmRSS"), peak: field(pid, "VmHWM") })
