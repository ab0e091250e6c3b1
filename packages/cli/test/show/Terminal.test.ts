/** The live lines on a real terminal of 80 by 24: what runs never scrolls away, and nothing stays behind that was painted over. */
import { assert, describe, it } from "@effect/vitest"
import { execFileSync } from "node:child_process"
import { join } from "node:path"
import { screenOf } from "./Screen.ts"

/** Runs a command on a pseudo-terminal and prints all that it wrote there. */
const terminal = `
import fcntl, os, pty, struct, sys, termios
rows, columns = int(sys.argv[1]), int(sys.argv[2])
pid, master = pty.fork()
if pid == 0:
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    os.execvp(sys.argv[3], sys.argv[3:])
while True:
    try: part = os.read(master, 65536)
    except OSError: break
    if not part: break
    sys.stdout.buffer.write(part)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
`

const painted = (count: number, env: Record<string, string> = {}) =>
  execFileSync("python3", [
    ...["-c", terminal, "24", "80", process.execPath, join(import.meta.dirname, "Paint.bin.ts"), String(count)]
  ], { encoding: "utf8", env: { PATH: process.env["PATH"] ?? "", TERM: "xterm", ...env } })

describe("on a terminal of 80 by 24", () => {
  it.each([1, 6, 40])("%i runs: what is at work is seen, the rest is counted, what stays is there once", (count) => {
    const { gone, shown } = screenOf(painted(count).replaceAll("\r\n", "\n"), 24)
    const text = shown.join("\n")
    assert.include(text, `coderun/run-${count - 1}  Running  word 30`)
    assert.strictEqual(gone.filter((line) => line.includes("coderun/")).length, 0, gone.join("\n"))
    assert.strictEqual([...gone, ...shown].filter((line) => line === "a line that stays").length, 1)
    assert.isAtMost(Math.max(...shown.map((line) => line.length)), 80)
    if (count === 40) assert.include(text, "and 19 more: 19 Pending")
    else assert.lengthOf(shown.filter((line) => line.startsWith("coderun/")), count)
  }, 30_000)

  it("NO_COLOR leaves the colours out", () => {
    assert.include(painted(1), "\u001b[36m")
    assert.notInclude(painted(1, { NO_COLOR: "1" }), "\u001b[36m")
  }, 30_000)
})
