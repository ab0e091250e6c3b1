/** `bench/chaos`: see there. */
import { runTrial } from "./Trial.ts"

runTrial("bench/chaos", 1, async () => (await import("./Chaos.ts")).chaos)
