/**
 * The executable as one file with Node in it (a single executable application): for people whose machine has no Node, or another one.
 * It has the commands of people; what needs files beside it, such as the bundled templates, says which.
 * https://nodejs.org/api/single-executable-applications.html
 */
import { Effect, FileSystem, Path, Schema } from "effect"
import { ChildProcess } from "effect/process"
import { rolldown } from "rolldown"
import { programs } from "./Programs.ts"

export class ExecutableError extends Schema.TaggedError<ExecutableError>()("ExecutableError", {
  step: Schema.String,
  cause: Schema.Defect()
}) {
  override get message(): string {
    return `The executable cannot be made, ${this.step}: ${
      this.cause instanceof Error ? this.cause.message : String(this.cause)
    }`
  }
}

export interface ExecutableOptions {
  /** Root of the repository. */
  readonly root: string
  /** Node that becomes part of it. */
  readonly node: string
  readonly platform: string
  /** Path of the executable. */
  readonly output: string
}

/** What Node looks for in itself. */
const fuse = "NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2"
const segment = "NODE_SEA"

const attempt = <A>(step: string, run: () => Promise<A>) =>
  Effect.tryPromise({ try: run, catch: (cause) => new ExecutableError({ step, cause }) })

/** One script: what starts from within a binary can import no files. */
const bundleScript = Effect.fnUntraced(function*(root: string, file: string) {
  const build = yield* Effect.acquireRelease(
    attempt("bundling", () =>
      rolldown({
        input: `${root}/${programs.orchestrator.entry}`,
        platform: "node",
        cwd: root,
        logLevel: "warn",
        transform: { define: { "import.meta.dirname": "__dirname", "import.meta.env": "undefined" } }
      })),
    (opened) => Effect.promise(() => opened.close())
  )
  yield* attempt("bundling", () => build.write({ file, format: "cjs", codeSplitting: false, minify: true }))
}, Effect.scoped)

const run = Effect.fnUntraced(function*(step: string, command: string, ...args: ReadonlyArray<string>) {
  const child = yield* ChildProcess.make(command, args, { stdin: "ignore", stdout: "ignore", stderr: "inherit" })
  const code = yield* child.exitCode
  if (code !== 0) return yield* new ExecutableError({ step, cause: `${command} ended with ${code}` })
}, Effect.scoped)

/** The system starts no binary that has been changed since it was signed. */
const signed = <E, R>(platform: string, output: string, change: Effect.Effect<void, E, R>) =>
  platform === "darwin"
    ? run("taking the signature off", "codesign", "--remove-signature", output).pipe(
      Effect.andThen(change),
      Effect.andThen(run("signing", "codesign", "--sign", "-", output))
    )
    : change

export const makeExecutable = Effect.fn("makeExecutable")(
  function*({ node, output, platform, root }: ExecutableOptions) {
    const files = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    const work = yield* files.makeTempDirectoryScoped({ prefix: "orchestrator-executable-" })
    const [script, blob, config] = [
      path.join(work, "orchestrator.cjs"),
      path.join(work, "blob"),
      path.join(work, "sea.json")
    ]
    yield* bundleScript(root, script)
    yield* files.writeFileString(
      config,
      JSON.stringify({
        main: script,
        output: blob,
        disableExperimentalSEAWarning: true,
        useCodeCache: true,
        execArgv: ["--max-semi-space-size=2"]
      })
    )
    yield* run("preparing", node, "--experimental-sea-config", config)
    yield* files.makeDirectory(path.dirname(output), { recursive: true })
    yield* files.copyFile(node, output)
    yield* files.chmod(output, 0o755)
    const inject = [
      ...[path.join(root, "node_modules/postject/dist/cli.js"), output, "NODE_SEA_BLOB", blob, "--sentinel-fuse", fuse],
      ...(platform === "darwin" ? ["--macho-segment-name", segment] : [])
    ]
    yield* signed(platform, output, run("putting the script in", node, ...inject))
    return Number((yield* files.stat(output)).size)
  },
  Effect.scoped
)
