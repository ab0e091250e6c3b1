/**
 * Loaded before an arm (`node --import`): SIGUSR2 begins a CPU profile, the next writes it to the file that PROFILE names and says
 * `profiled` on standard error.
 */
import { writeFileSync } from "node:fs"
import { Session } from "node:inspector"

const session = new Session()
session.connect()
session.post("Profiler.enable")
session.post("Profiler.setSamplingInterval", { interval: 500 })

let running = false
process.on("SIGUSR2", () => {
  if (!running) {
    running = true
    session.post("Profiler.start", () => process.stderr.write("profiling\n"))
    return
  }
  running = false
  session.post("Profiler.stop", (error, found) => {
    if (error === null) writeFileSync(process.env["PROFILE"] ?? "", JSON.stringify(found.profile))
    process.stderr.write("profiled\n")
  })
})
