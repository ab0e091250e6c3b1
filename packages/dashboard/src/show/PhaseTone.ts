/** How a phase looks; what it is called stands beside it. Pure. */
export type PhaseTone = "calm" | "active" | "good" | "bad" | "warn"

const tones: ReadonlyMap<string, PhaseTone> = new Map([
  ["Pending", "calm"],
  ["Running", "active"],
  ["Succeeded", "good"],
  ["Failed", "bad"],
  ["Cancelled", "warn"]
])

/** What is blocked looks like what it is, while its phase is that of a run that works. */
export const phaseTone = (phase: string, reason?: string): PhaseTone =>
  phase === "Running" && reason === "Blocked" ? "warn" : tones.get(phase) ?? "calm"
