/** What this process has met on its way to the API server, for whoever looks after the installation. Pure. */
import { recentMinutes, type RequestTally } from "@orchestrator/k8s/RecentRequests"
import { skewAlarm } from "./ClockSkew.ts"
import { type Line, ok, warn } from "./Line.ts"

const synchronize =
  "Synchronize the clocks of the nodes (chrony, systemd-timesyncd): times of runs, tokens of Apps and signatures for buckets go by them. See OrchestratorClockOff of the runbooks"

export const serverClockLine = (millis: number | undefined): Line => {
  const check = "server clock"
  if (millis === undefined) return ok(check, "the API server has not answered yet")
  const far = Math.abs(millis)
  const alarm = skewAlarm(far)
  if (alarm === undefined) return ok(check, "agrees with the API server's")
  const found = `the orchestrator's clock is ${Math.round(far / 1000)} s ${
    millis > 0 ? "ahead of" : "behind"
  } the API server's`
  return alarm(check, found, synchronize)
}

interface Cause {
  readonly isCode: (code: string) => boolean
  readonly words: string
  readonly next: string
}

const causes: ReadonlyArray<Cause> = [
  {
    isCode: (code) => code === "429",
    words: "throttled with 429 (Priority and Fairness)",
    next:
      "Give the orchestrator's service account a FlowSchema of a level with room: kubectl get flowschemas,prioritylevelconfigurations"
  },
  {
    isCode: (code) => code === "401" || code === "403",
    words: "refused with 401 or 403",
    next: "See the lines about rights; helm upgrade writes the chart's roles anew"
  },
  {
    isCode: (code) => code === "0",
    words: "not answered",
    next: "Is the API server well: kubectl get --raw /readyz?verbose"
  },
  {
    isCode: (code) => code.startsWith("5"),
    words: "answered with 5xx",
    next: "Is the API server well: kubectl get --raw /readyz?verbose"
  }
]

/** Fewer are refused here and there while all is well. */
const fewest = 3

export const requestLines = ({ codes }: RequestTally): ReadonlyArray<Line> => {
  const check = "requests"
  const all = [...codes.values()].reduce((sum, count) => sum + count, 0)
  const lines = causes.flatMap(({ isCode, next, words }) => {
    const count = [...codes].reduce((sum, [code, each]) => isCode(code) ? sum + each : sum, 0)
    return count < fewest ? [] : [warn(
      check,
      `of ${all} requests to the API server in ${recentMinutes} minutes ${count} were ${words}`,
      `${next}. See OrchestratorApiServerRefuses of the runbooks`
    )]
  })
  return lines.length > 0 ? lines : [ok(check, "the API server takes what it is asked")]
}
