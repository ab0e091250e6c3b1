/** `bench/all [--short]`: see there. */
import { spawn } from "node:child_process"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { missing, type PlaneOptions, startPlane } from "../tools/kube/Plane.ts"
import { planeFlags } from "./parts/Plane.ts"

const { values: { short = false } } = parseArgs({ options: { short: { type: "boolean" } } })

const root = join(import.meta.dirname, "..")

const problem = missing()
if (problem !== undefined) {
  process.stderr.write(`The benchmarks need a control plane: ${problem}.\n`)
  process.exit(1)
}

const run = (script: string, args: ReadonlyArray<string> = [], env: Readonly<Record<string, string>> = {}) =>
  new Promise<void>((resolve, reject) => {
    const child = spawn(process.execPath, [join(root, script), ...args], {
      stdio: ["ignore", "inherit", "inherit"],
      env: { ...process.env, ...env }
    })
    child.on("error", reject)
    child.on("exit", (code) => code === 0 ? resolve() : reject(new Error(`${script} ended with ${code}`)))
  })

/** A figure that cannot be had is said; the others go on. */
const bench = async (name: string, args = "", env?: Readonly<Record<string, string>>) => {
  process.stdout.write(`\n== ${name} ${args}\n`)
  const begin = performance.now()
  try {
    await run(`bench/${name}.ts`, args.split(" ").filter((arg) => arg !== ""), env)
  } catch (error) {
    process.exitCode = 1
    process.stdout.write(`${String(error)}\n`)
  }
  process.stdout.write(`   (${name}: ${Math.round((performance.now() - begin) / 1000)} s)\n`)
}

const withPlane = async (options: PlaneOptions, use: (env: Readonly<Record<string, string>>) => Promise<void>) => {
  const { folder, stop } = startPlane({ ...options, flags: planeFlags })
  try {
    await use({ CONTROL_PLANE: folder })
  } finally {
    stop()
  }
}

await run("tools/build.ts")
await bench("plan")
await bench("kept", short ? "--runs 2000" : "")
await bench("flat", short ? "--lives 40 --looks 2 --warm 20 --rest 1" : "")
await bench("broker", short ? "--rounds 1" : "")
await bench("list", short ? "--rounds 2" : "--rounds 5 --requests 2000")
await bench("http", short ? "--rounds 1 --clients 100 --followers 20 --runs 20" : "--rounds 3")
await bench("embedded", short ? "200" : "1000")
await bench("limits", short ? "--rounds 1 --waiting 300 --runs 50" : "--rounds 4 --runs 60")
await bench("shards", short ? "--rounds 1 --runs 60" : "--rounds 4 --runs 300")
await bench("clone", short ? "--rounds 2 --files 100 --commits 5" : "--rounds 6")
for (const active of short ? [300] : [1000, 10_000]) {
  await bench("resident", `--active ${active} --rounds ${short ? 1 : 3}`)
}
await bench(
  "resident",
  short ? "--active 100 --finished 500 --rounds 1 --peer 0" : "--active 2500 --finished 47500 --rounds 2 --peer 0"
)
for (const [rounds, runs] of short ? [[2, 300]] : [[4, 1000], [2, 10_000]]) {
  await bench("burst", `--rounds ${rounds} --runs ${runs}`)
}
await withPlane({ apiOnly: true }, async (env) => {
  await bench("failover", short ? "--terms 2 --kills 1" : "--terms 5 --kills 2", env)
  // Nothing is timed while the runs of the second are made, and the first hardly does anything.
  await Promise.all([
    bench("idle", short ? "--minutes 0.5" : "--minutes 5.5", env),
    bench("scale", short ? "--rounds 2 --runs 1000" : "--rounds 3 --runs 10000", env)
  ])
})
await withPlane(
  {},
  (env) => bench("life", short ? "--rounds 2 --runs 60 --rate 8" : "--rounds 4 --runs 200 --rate 12", env)
)
