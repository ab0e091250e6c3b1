/** `npm run test:agent`: vitest with the words that it is given, on the pinned Claude Code or on that of `--claude VERSION`. */
const words = process.argv.slice(2)
const at = words.indexOf("--claude")
if (at >= 0) {
  const [, version = ""] = words.splice(at, 2)
  if (!/^\d+\.\d+\.\d+$/.test(version)) {
    process.stderr.write(`--claude takes a version of Claude Code such as 2.1.332, found: ${version}\n`)
    process.exit(2)
  }
  process.env["CLAUDE_CODE_VERSION"] = version
}

process.argv.splice(2, Infinity, "run", "--config", "vitest.agent.config.ts", ...words)
await import(new URL("../../node_modules/vitest/vitest.mjs", import.meta.url).href)
