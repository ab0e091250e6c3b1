/** What a state looks like, beside its words. */
export type Tone = "calm" | "active" | "good" | "bad" | "warn"
