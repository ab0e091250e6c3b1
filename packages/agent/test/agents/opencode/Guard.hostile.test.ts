/** What keeps a repository's code out of opencode's process, as its runtime is told of it. */
import { assert, describe, it } from "@effect/vitest"
import { constants, runInNewContext } from "node:vm"
import { guard, guardEnvironment } from "../../../src/agents/opencode/Guard.ts"
import { opencode, opencodeVersion } from "../../../src/agents/opencode/OpencodeCli.ts"
import { parseVersion, versionProblem } from "../../../src/agents/Version.ts"
import { ours } from "../Invocations.ts"

interface Loaded {
  readonly refuses: (path: string) => boolean
  readonly finds: (path: string) => boolean
  readonly exits: Promise<number>
  readonly printed: string
  readonly environment: Record<string, string>
}

const load = (words: ReadonlyArray<string>): Loaded => {
  const environment: Record<string, string> = { ...guardEnvironment("/home"), PATH: "/bin" }
  let printed = ""
  let refuses = (_: string): boolean => false
  const build = {
    onLoad: ({ filter }: { readonly filter: RegExp }, refuse: (file: { readonly path: string }) => void) => {
      refuses = (path) => {
        if (!filter.test(path)) return false
        assert.throws(() => refuse({ path }), path)
        return true
      }
    }
  }
  const exited = Promise.withResolvers<number>()
  const files = { access: (_: string, __: number, done: (error: unknown) => void) => done(null) }
  runInNewContext(guard, {
    require: (name: string) => name === "node:fs" ? files : undefined,
    Bun: { plugin: ({ setup }: { readonly setup: (_: typeof build) => void }) => setup(build) },
    process: {
      argv: ["bun", "/$bunfs/root/opencode", ...words],
      env: environment,
      exit: exited.resolve,
      stderr: { write: () => undefined },
      stdout: { write: (text: string) => (printed += text) }
    }
  }, { importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER })
  const finds = (path: string) => {
    let found: unknown
    files.access(path, 0, (error) => (found = error))
    return found === null
  }
  return { refuses, finds, exits: exited.promise, printed, environment }
}

describe("opencode's guard", () => {
  it.each([
    { path: "/workspace/repo/.opencode/plugin/evil.ts", want: true },
    { path: "/workspace/repo/.opencode/plugin/evil.node", want: true },
    { path: "/workspace/$bunfs/root/evil.ts", want: true },
    { path: "/workspace/repo/\n/$bunfs/evil.ts", want: true },
    { path: "/$bunfs", want: true },
    { path: "./evil.ts", want: true },
    { path: "", want: true },
    { path: "/$bunfs/root/chunk-1vsbttde.js", want: false }
  ])("refuses $path: $want", ({ path, want }) => {
    assert.strictEqual(load(["run"]).refuses(path), want)
  })

  it.each([
    { path: "/workspace/repo/.opencode", want: false },
    { path: "/workspace/repo/.opencode/", want: false },
    { path: "/workspace/repo/opencode.json", want: false },
    { path: "/workspace/opencode.jsonc", want: false },
    { path: "opencode.json", want: false },
    { path: "/workspace/repo/.opencode.md", want: true },
    { path: "/workspace/.opencode/homes/x/config", want: true },
    { path: "/workspace/repo/src/my-opencode.json", want: true }
  ])("lets settings be found at $path: $want", ({ path, want }) => {
    assert.strictEqual(load(["run"]).finds(path), want)
  })

  // This runtime is another one.
  it("ends a process whose other modules would not see that", async () => {
    assert.strictEqual(await load(["run"]).exits, 1)
  })

  it("leaves what opencode starts alone", () => {
    assert.deepStrictEqual(load(["run"]).environment, { PATH: "/bin" })
  })

  it("is in a session's environment, and says so where the version is asked for alone", () => {
    const environment = opencode.environment({
      configFolder: "/c",
      sessionId: ours,
      workingDirectory: "/w",
      environment: {},
      toolServers: false,
      root: false
    })
    assert.include(Object.values(environment), `/c/homes/${ours}/guard.mjs`)
    assert.strictEqual(load(["--version"]).printed, "guarded ")
    assert.strictEqual(load(["run"]).printed, "")
  })

  it.each([
    { words: "guarded 1.18.33\n", want: undefined },
    { words: "guarded 2.0.0", want: undefined },
    { words: "guarded 1.18.32", want: "1.18.32" },
    { words: "1.18.33", want: "does not take" },
    { words: "", want: "does not take" }
  ])("by `$words` stops the run: $want", ({ want, words }) => {
    const problem = versionProblem(opencodeVersion, parseVersion(words, opencodeVersion.prefix))
    if (want === undefined) assert.isUndefined(problem)
    else assert.include(problem, want)
  })
})
