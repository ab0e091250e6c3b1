#!/usr/bin/env node
/**
 * `orchestrator` of a checkout, by `npm link` or `npx`: whatever Node starts this, the program runs on Node 24, which `npm ci` has
 * brought along where it can. Signals and the exit code are the program's.
 */
const { spawn } = require("node:child_process")
const { existsSync } = require("node:fs")
const { join } = require("node:path")

const root = join(__dirname, "../../..")
const brought = join(root, "node_modules", `node-${process.platform}-${process.arch}`, "bin", "node")
const isNewEnough = Number(process.versions.node.split(".")[0]) >= 24
const node = isNewEnough || !existsSync(brought) ? process.execPath : brought

const words = [
  "--max-semi-space-size=2",
  "-r",
  join(root, "tools/node24.cjs"),
  join(__dirname, "../src/bin.ts"),
  ...process.argv.slice(2)
]
const child = spawn(node, words, { stdio: "inherit" })
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal))
child.on("error", (error) => {
  process.stderr.write(`orchestrator: ${node} cannot be started: ${error.message}\n`)
  process.exit(1)
})
child.on("exit", (code, signal) => {
  if (signal === null) process.exit(code)
  for (const each of ["SIGINT", "SIGTERM", "SIGHUP"]) process.removeAllListeners(each)
  process.kill(process.pid, signal)
})
