/** How a phase looks; what it is called stands beside it. Pure. */
export type PhaseTone = "calm" | "active" | "good" | "bad" | "warn"

const tones: ReadonlyMap<string, PhaseTone> = new Map([
  ["Pending", "calm"],
  ["Running", "active"],
  ["Succeeded", "good"],
  ["Failed", "bad"],
  ["Cancelled", "warn"]
])

/** `reason`: a start that something keeps is worth a look. */
export const phaseTone = (phase: string, reason?: string): PhaseTone =>
  reason === "Blocked" ? "warn" : tones.get(phase) ?? "calm"
