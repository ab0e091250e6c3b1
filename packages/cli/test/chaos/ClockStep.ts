/**
 * Loaded before a replica (`node --import`): its wall clock is off by as many seconds as the file says that WALL_CLOCK names, read again on SIGUSR2. The
 * monotonic clock and timers go on as they do when a machine's clock is set.
 */
import { readFileSync } from "node:fs"

const file = process.env["WALL_CLOCK"]
if (file === undefined) throw new Error("expected WALL_CLOCK to name a file with the seconds that the clock is off")

const system = Date.now
let offset = 0
const read = () => void (offset = Number(readFileSync(file, "utf8")) * 1000)
const now = () => system() + offset

read()
process.on("SIGUSR2", read)
globalThis.Date = new Proxy(Date, {
  construct: (target, args, self) => Reflect.construct(target, args.length === 0 ? [now()] : args, self),
  get: (target, name) => name === "now" ? now : Reflect.get(target, name)
})
