/**
 * A child process in a session of its own. Unlike `effect/process` it tells signals from exit codes and signals the leader alone, which
 * is what a container runtime needs.
 */
import { NodeStream } from "@effect/platform-node"
import { Deferred, Effect, Exit, Schema, type Scope, Stream } from "effect"
import { type ChildProcess, spawn } from "node:child_process"
import { constants } from "node:os"
import { Readable } from "node:stream"

export class SpawnFailed extends Schema.TaggedError<SpawnFailed>()("SpawnFailed", {
  command: Schema.String,
  message: Schema.String
}) {}

export interface ProcessSpec {
  readonly command: string
  readonly args: ReadonlyArray<string>
  readonly cwd: string
  /** All of the environment; nothing is inherited. */
  readonly env: Readonly<Record<string, string>>
  /** Whether file descriptor 3 is a pipe that can be read. */
  readonly info?: boolean
}

export interface HostProcess {
  readonly pid: number
  /** The leader's exit code, 128 + signal when a signal ended it. Others of its group may still run. */
  readonly exitCode: Effect.Effect<number>
  /** What it prints, both streams as they come; ends when every process that could print is gone. */
  readonly output: Stream.Stream<Uint8Array>
  readonly info: Stream.Stream<Uint8Array>
}

const codeOf = (code: number | null, signal: NodeJS.Signals | null): number =>
  code ?? 128 + (signal === null ? 0 : constants.signals[signal])

const streamOf = (readable: unknown): Stream.Stream<Uint8Array> =>
  !(readable instanceof Readable)
    ? Stream.empty
    : NodeStream.fromReadable<Uint8Array>({ evaluate: () => readable }).pipe(Stream.catch(() => Stream.empty))

const started = ({ args, command, cwd, env, info }: ProcessSpec) =>
  Effect.callback<readonly [ChildProcess, Deferred.Deferred<number>], SpawnFailed>((resume) => {
    const exited = Deferred.makeUnsafe<number>()
    const stdio = ["ignore", "pipe", "pipe", info === true ? "pipe" : "ignore"] as const
    const child = spawn(command, args, { cwd, env, detached: true, stdio: [...stdio] })
    child.once("exit", (code, signal) => Deferred.doneUnsafe(exited, Exit.succeed(codeOf(code, signal))))
    child.once("spawn", () => resume(Effect.succeed([child, exited])))
    child.once("error", ({ message }) => resume(Effect.fail(new SpawnFailed({ command, message }))))
  })

/** Starts the process. Ending it is the caller's: see ProcessTable. */
export const startProcess = (spec: ProcessSpec): Effect.Effect<HostProcess, SpawnFailed, Scope.Scope> =>
  Effect.map(started(spec), ([child, exited]) => ({
    pid: child.pid ?? 0,
    exitCode: Deferred.await(exited),
    output: Stream.merge(streamOf(child.stdout), streamOf(child.stderr)),
    info: streamOf(child.stdio[3])
  })).pipe(Effect.uninterruptible)
