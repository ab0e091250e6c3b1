/**
 * Runs at the end of `npm ci`, on whatever Node there is. Node 24 is a locked, optional package per platform; npm 10 drops its link in
 * `.bin` when the packages of other platforms step back, so it is made here. Effect's diagnostics are patched into the compiler where
 * the lockfile has a build for this platform.
 */
const { execFileSync } = require("node:child_process")
const { existsSync, mkdirSync, rmSync, symlinkSync } = require("node:fs")
const { join } = require("node:path")

const modules = join(__dirname, "..", "node_modules")
const platform = `${process.platform}-${process.arch}`
const node = join("..", `node-${platform}`, "bin", "node")
const link = join(modules, ".bin", "node")

if (!existsSync(link) && existsSync(join(modules, ".bin", node))) {
  mkdirSync(join(modules, ".bin"), { recursive: true })
  rmSync(link, { force: true })
  symlinkSync(node, link)
}

const has = (name) => existsSync(join(modules, "@effect", name, "package.json"))
if (has(`tsgo-${platform}`)) {
  execFileSync(process.execPath, [join(modules, "@effect", "tsgo", "dist", "effect-tsgo.cjs"), "patch"], { stdio: "inherit" })
} else if (has("tsgo")) {
  process.stderr.write(`The lockfile has no @effect/tsgo for ${platform}: types are checked here without Effect's diagnostics.\n`)
}
