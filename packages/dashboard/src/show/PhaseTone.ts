/** How a phase looks; what it is called stands beside it. Pure. */
import type { Tone } from "./Tone.ts"

const tones: ReadonlyMap<string, Tone> = new Map([
  ["Pending", "calm"],
  ["Running", "active"],
  ["Succeeded", "good"],
  ["Failed", "bad"],
  ["Cancelled", "warn"]
])

/** What is blocked looks like what it is, while its phase is that of a run that works. */
export const phaseTone = (phase: string, reason?: string): Tone =>
  phase === "Running" && reason === "Blocked" ? "warn" : tones.get(phase) ?? "calm"
