/** `bench/soak`: see there. */
import { runTrial } from "../chaos/Trial.ts"

runTrial("bench/soak", 60, async () => (await import("./Soak.ts")).soak)
