/**
 * The repository's own script, run before the agent in the working tree: whatever makes the repository ready to be worked on. It is the
 * repository's word as the agent's tools are, so it has no credentials, a time limit, and nothing that it starts outlives it.
 */
import { forgeCredentialNames, runnerNames } from "@orchestrator/domain/PodEnvironment"
import { defaultSetup } from "@orchestrator/domain/Toolchain"
import { Duration, Effect, Fiber, FileSystem, Option, Stream } from "effect"
import { ChildProcess, ChildProcessSpawner } from "effect/process"
import { type Environment, inheritable } from "../../pod/Environment.ts"
import { Redaction } from "../../pod/Redact.ts"
import { setupFailed } from "../../pod/RunFailure.ts"
import { short } from "../../pod/Short.ts"
import { Processes } from "../loop/Processes.ts"
import type { RunnerSettings } from "../services/RunnerConfig.ts"
import type { Repository } from "./Clone.ts"

/** Found again in everything that it starts. */
const markVariable = "ORCHESTRATOR_SETUP"

const longestLine = 500
/** Of its output, for people. */
const lastLines = 15

/** The script as it really is; undefined where nobody names one and the repository has none. */
const find = Effect.fnUntraced(function*({ workTree }: Repository, named: string | undefined) {
  const fs = yield* FileSystem.FileSystem
  const name = named ?? defaultSetup
  const path = `${workTree}/${name}`
  const real = yield* fs.realPath(path).pipe(Effect.option)
  if (Option.isNone(real)) {
    return named === undefined ? undefined : yield* setupFailed(`the repository has no setup script ${name}`)
  }
  const root = yield* fs.realPath(workTree)
  const isInside = real.value.startsWith(`${root}/`) && !real.value.startsWith(`${root}/.git/`)
  if (!isInside || (yield* fs.stat(real.value)).type !== "File") {
    return yield* setupFailed(`the setup script ${name} is no file of the repository`)
  }
  return { name, path: real.value }
})

/** A program of its own where it says which interpreter it wants, and else a script of bash, which the image has. */
const commandOf = Effect.fnUntraced(function*(path: string) {
  const fs = yield* FileSystem.FileSystem
  const { mode } = yield* fs.stat(path)
  const head = yield* Stream.mkUint8Array(fs.stream(path, { bytesToRead: 2 }))
  return (mode & 0o111) !== 0 && new TextDecoder().decode(head) === "#!"
    ? { command: path, args: [] }
    : { command: "bash", args: [path] }
})

/** What the agent inherits, without what leads to a model or a remote. */
const environmentOf = ({ agent, environment, roots }: RunnerSettings, mark: string): Environment => {
  const withheld: ReadonlySet<string> = new Set([...forgeCredentialNames, runnerNames.brokerEndpointFile])
  return {
    ...Object.fromEntries(
      Object.entries(inheritable(environment, agent.ofOtherSessions))
        .filter(([name]) => !agent.reachesModel(name) && !withheld.has(name))
    ),
    [runnerNames.home]: roots.home,
    GIT_TERMINAL_PROMPT: "0",
    [markVariable]: mark
  }
}

/** Runs it to its end; answers with a note for the agent. */
export const runSetupScript = Effect.fn("SetupScript.run")(function*(settings: RunnerSettings, repository: Repository) {
  const { run, setup } = settings
  const script = yield* find(repository, setup.script)
  if (script === undefined) return []
  const processes = yield* Processes
  const redact = yield* Redaction
  const spawner = yield* ChildProcessSpawner.ChildProcessSpawner
  const said: Array<string> = []
  const hear = (line: string) => {
    const text = short(line, longestLine, redact)
    if (text === "") return Effect.void
    said.push(text)
    if (said.length > lastLines) said.shift()
    return Effect.log(`setup: ${text}`)
  }
  const failed = (how: string) => {
    const words = said.length === 0 ? "it said nothing" : `its last lines:\n${said.join("\n")}`
    return setupFailed(`the repository's setup script ${script.name} ${how}; ${words}`)
  }
  yield* Effect.log(`running the repository's setup script ${script.name}`)
  const mark = `${run.uid}-${run.attempt.contextVersion}.${run.attempt.retry}`
  const { args, command } = yield* commandOf(script.path)
  const ended = Effect.gen(function*() {
    const handle = yield* spawner.spawn(ChildProcess.make(command, args, {
      cwd: repository.workTree,
      env: environmentOf(settings, mark),
      stdin: "ignore",
      killSignal: "SIGTERM",
      forceKillAfter: "5 seconds"
    }))
    const heard = yield* Effect.forkScoped(
      Effect.ignore(Stream.runForEach(Stream.splitLines(Stream.decodeText(handle.all)), hear))
    )
    const code = yield* Effect.timeoutOption(handle.exitCode, Duration.seconds(setup.seconds))
    // What it left in the background may hold the pipe.
    yield* Effect.timeoutOption(Fiber.await(heard), "2 seconds")
    return code
  })
  const exit = yield* Effect.scoped(ended).pipe(
    Effect.ensuring(processes.sweep([`${markVariable}=${mark}`])),
    Effect.mapError(({ cause, message }) => failed(`cannot be run to its end (${String(cause ?? message)})`))
  )
  if (Option.isNone(exit)) return yield* failed(`did not end within ${setup.seconds} s (agent.setupTimeoutSeconds)`)
  if (exit.value !== 0) return yield* failed(`ended with exit code ${exit.value}`)
  return [`The repository's ${script.name} was run before you.`]
})
