/**
 * `node bench/clone.ts [--rounds 6] [--files 3000] [--commits 400]`: how long a cold clone takes through a broker, against the same clone
 * from the same server without one. Each round has a broker of its own that has seen nothing yet; its start does not count.
 */
import { NodeRuntime } from "@effect/platform-node"
import { Console, Effect } from "effect"
import { execFile, execFileSync, spawn } from "node:child_process"
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { brokerEnvironment, path, until } from "./parts/Broker.ts"
import { flags } from "./parts/Flags.ts"
import { gitBackend, makeRepository } from "./parts/GitBackend.ts"
import { formatRatio, measured, pairsOf, ratioOf } from "./parts/Ratio.ts"

const { commits, files, rounds } = flags({ rounds: 6, files: 3000, commits: 400 })
const broker = fileURLToPath(new URL("../dist/broker.mjs", import.meta.url))
const folder = mkdtempSync(join(tmpdir(), "clone-bench-"))
const run = promisify(execFile)

const packOf = (cwd: string) => {
  const words = execFileSync("git", ["count-objects", "-v"], { cwd, encoding: "utf8" })
  const numberOf = (name: string) => Number(new RegExp(`^${name}: (\\d+)$`, "m").exec(words)?.[1])
  return { objects: numberOf("in-pack"), mebibytes: Math.round(numberOf("size-pack") / 1024) }
}

/** Seconds until everything is there, the files too. */
const clone = async (url: string, settings: ReadonlyArray<string> = []) => {
  const into = mkdtempSync(join(folder, "clone-"))
  const begin = performance.now()
  await run("git", [...settings, "clone", "--quiet", url, into], {
    env: {
      PATH: path,
      HOME: folder,
      GIT_CONFIG_GLOBAL: "/dev/null",
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_TERMINAL_PROMPT: "0"
    }
  })
  const seconds = (performance.now() - begin) / 1000
  const { objects } = packOf(into)
  rmSync(into, { recursive: true, force: true })
  return { seconds, objects }
}

const throughBroker = async (upstream: string) => {
  const place = mkdtempSync(join(folder, "broker-"))
  mkdirSync(join(place, "credentials"))
  writeFileSync(join(place, "credentials", "anthropic-api-key"), "fake-key-of-a-bench-0123456789")
  const environment = brokerEnvironment(place, place)
  const endpoint = environment.BROKER_ENDPOINT_FILE
  const child = spawn(process.execPath, ["--max-semi-space-size=1", broker], {
    stdio: ["ignore", "ignore", "inherit"],
    env: {
      ...environment,
      GIT_ALLOW_PROTOCOL: "http",
      GIT_INSTEAD_OF: JSON.stringify({ "https://github.com/acme/": `${upstream}/` })
    }
  })
  try {
    await until(() => existsSync(endpoint) || child.exitCode !== null)
    const { token, url } = JSON.parse(readFileSync(endpoint, "utf8"))
    const credentials = Buffer.from(`run:${token}`).toString("base64")
    return await clone(`${url}/git/target.git`, ["-c", `http.extraHeader=Authorization: Basic ${credentials}`])
  } finally {
    child.kill("SIGKILL")
    rmSync(place, { recursive: true, force: true })
  }
}

const program = Effect.gen(function*() {
  makeRepository(join(folder, "target.git"), files, commits)
  const { mebibytes, objects } = packOf(join(folder, "target.git"))
  yield* Console.log(`a repository of ${mebibytes} MiB, ${objects} objects`)
  const upstream = yield* gitBackend(folder)
  const arms = { direct: () => clone(`${upstream}/target.git`), broker: () => throughBroker(upstream) }
  yield* Effect.promise(arms.direct)
  const found = yield* measured(
    ["direct", "broker"] as const,
    rounds,
    (arm) =>
      Effect.tap(
        Effect.promise(arms[arm]),
        ({ objects, seconds }) => Console.log(`${arm}: ${seconds.toFixed(2)} s, ${objects} objects`)
      )
  )
  const pairs = pairsOf(found, "broker", "direct").map(([ours, theirs]) => [ours.seconds, theirs.seconds] as const)
  yield* Console.log(formatRatio("A cold clone through the broker", "direct", ratioOf(pairs), { limit: 1.3 }))
}).pipe(
  Effect.scoped,
  Effect.ensuring(Effect.sync(() => rmSync(folder, { recursive: true, force: true })))
)

NodeRuntime.runMain(program)
