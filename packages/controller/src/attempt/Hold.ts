/** What keeps every run of an installation from starting, and until when: maintenance, or the hours in which nothing starts. Pure. */
import type { OrchestratorConfig } from "@orchestrator/domain/OrchestratorConfig"
import { quietUntil } from "@orchestrator/domain/QuietHours"
import { formatTime } from "@orchestrator/domain/Retention"
import type { DateTime } from "effect"
import type { Hold } from "../facts/Observed.ts"

const maintenance: Hold = {
  reason: "Maintenance",
  message: "No run starts while the installation is suspended (suspend is true); runs that work go on.",
  until: undefined
}

export const holdAt = (
  { quietHours, suspend }: Pick<OrchestratorConfig, "quietHours" | "suspend">,
  now: DateTime.Utc
): Hold | undefined => {
  if (suspend) return maintenance
  const until = quietHours.length === 0 ? undefined : quietUntil(quietHours, now)
  if (until === undefined) return undefined
  return until === "never"
    ? {
      reason: "QuietHours",
      message: "No run starts in these hours (quietHours), which have no end.",
      until: undefined
    }
    : {
      reason: "QuietHours",
      message: `No run starts in these hours (quietHours); they are over at ${formatTime(until)}.`,
      until
    }
}
