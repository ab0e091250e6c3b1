/** The local product on a terminal of its own: its link, the key that opens the browser, and that the terminal's own keys go on working. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { temporaryFolder } from "../LocalProduct.ts"

const bin = join(import.meta.dirname, "../../src/bin.ts")

/** Runs a command on a pseudo-terminal: what we write is typed there, what it prints we read. */
const terminal = `
import os, pty, select, sys
pid, master = pty.fork()
if pid == 0:
    os.execvp(sys.argv[1], sys.argv[1:])
while True:
    ready, _, _ = select.select([master, 0], [], [])
    if 0 in ready:
        typed = os.read(0, 1024)
        if typed: os.write(master, typed)
    if master in ready:
        try: part = os.read(master, 65536)
        except OSError: break
        if not part: break
        os.write(1, part)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
`

class OnTerminal {
  output = ""
  said = ""
  readonly process: ChildProcess
  readonly exit: Promise<unknown>

  constructor(state: string, env: Readonly<Record<string, string>>) {
    // As an interactive shell has it: a job of its own, which may be stopped and taken up again.
    const shell =
      "set -m; \"$@\"; code=$?; echo \"ended $code\"; [ $code != 148 ] && exit $code; read -rn1; fg; exit $?"
    const args = [
      "bash",
      "-c",
      shell,
      "shell",
      process.execPath,
      bin,
      "dev",
      "--no-demo",
      "--port",
      "0",
      "--state",
      state
    ]
    this.process = spawn("python3", ["-c", terminal, ...args], {
      stdio: ["pipe", "pipe", "pipe"],
      env: {
        PATH: process.env["PATH"] ?? "",
        TERM: "xterm",
        NODE_COMPILE_CACHE: process.env["NODE_COMPILE_CACHE"],
        ...env
      }
    })
    this.process.stdout?.on("data", (chunk: Buffer) => void (this.output += chunk.toString()))
    this.process.stderr?.on("data", (chunk: Buffer) => void (this.said += chunk.toString()))
    this.exit = once(this.process, "exit").then(([code]) => code)
  }

  type(keys: string) {
    this.process.stdin?.write(keys)
  }

  async until<A>(what: string, look: () => A | undefined | null | false): Promise<A> {
    const end = performance.now() + 30_000
    for (;;) {
      const found = look()
      if (found !== undefined && found !== null && found !== false) return found
      if (performance.now() > end || this.process.exitCode !== null) {
        throw new Error(`expected ${what}, found:\n${this.output}\n${this.said}`)
      }
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }

  async printed(pattern: RegExp): Promise<string> {
    return (await this.until(String(pattern), () => pattern.exec(this.output)))[1] ?? ""
  }
}

const redeem = async (link: string, code = link.split("#link=")[1]): Promise<Response> =>
  await fetch(`${new URL(link).origin}/api/v1/sign-in/link`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ code })
  })

describe.runIf(process.platform === "linux")("the local product on a terminal", () => {
  const { folder, remove } = temporaryFolder()
  const [state, opened] = [join(folder, "state"), join(folder, "opened")]
  const programs = join(folder, "programs")
  let product: OnTerminal

  beforeAll(() => {
    mkdirSync(programs)
    // What a desktop has: it gets one argument.
    writeFileSync(join(programs, "xdg-open"), `#!/bin/bash\nprintf '%s|' "$#" "$@" >> ${opened}\n`)
    chmodSync(join(programs, "xdg-open"), 0o755)
    product = new OnTerminal(state, {
      DISPLAY: ":0",
      HOME: folder,
      PATH: `${programs}:${process.env["PATH"] ?? ""}`
    })
  })

  afterAll(async () => {
    product.type("\u0003")
    await product.exit
    remove()
  }, 60_000)

  it("prints a link that becomes the state folder's token once", async () => {
    const link = await product.printed(/page +(http:\/\/127\.0\.0\.1:\d+\/sign-in#link=[\w-]{43})\s/)
    const token = readFileSync(join(state, "token"), "utf8").trim()
    assert.notInclude(product.output, token)
    assert.deepStrictEqual(await (await redeem(link)).json(), { token })
    assert.strictEqual((await redeem(link)).status, 401)
  }, 90_000)

  it("o opens the browser with a file that nobody else can read; no link is among its arguments", async () => {
    await product.printed(/(Press o)/)
    product.type("xo")
    await product.printed(/(Opened the page)/)
    const file = join(state, "sign-in.html")
    assert.strictEqual(readFileSync(opened, "utf8"), `1|${file}|`)
    assert.strictEqual((statSync(file).mode & 0o777).toString(8), "600")
    const link = /url=(http:[^"]+)"/.exec(readFileSync(file, "utf8"))?.[1] ?? ""
    assert.strictEqual((await redeem(link)).status, 200)
    const printed = await product.printed(/open (http:\S+#link=\S+)/)
    assert.notStrictEqual(printed, link)
    assert.strictEqual((await redeem(printed)).status, 200)
  }, 90_000)

  it("Ctrl-Z stops it, and it goes on as before", async () => {
    product.type("\u001a")
    await product.printed(/(ended 148)/)
    product.type("x")
    const before = readFileSync(opened, "utf8").length
    await product.until("a second page", () => {
      product.type("o")
      return readFileSync(opened, "utf8").length > before
    })
  }, 90_000)

  it("Ctrl-C ends it, and the browser's file with it", async () => {
    product.type("\u0003")
    assert.strictEqual(await product.exit, 130)
    assert.isFalse(existsSync(join(state, "sign-in.html")))
  }, 90_000)
})
