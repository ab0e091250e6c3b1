/** Commands beside the tests: this process plays the node that they wait for, so none of them may hold it up. */
import { Effect } from "effect"
import { spawn } from "node:child_process"
import { text } from "node:stream/consumers"

export interface Answer {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export interface ShellOptions {
  readonly input?: string
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
}

const ran = async (command: string, args: ReadonlyArray<string>, { cwd, env = {}, input = "" }: ShellOptions) => {
  const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: ["pipe", "pipe", "pipe"] })
  child.stdin.on("error", () => undefined).end(input)
  const code = new Promise<number>((resolve, reject) => {
    child.once("error", reject)
    child.once("close", (exit) => resolve(exit ?? 128))
  })
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)])
  const answer: Answer = { code: await code, stdout, stderr }
  return answer
}

/** Whatever comes of it. */
export const attempt = (command: string, args: ReadonlyArray<string>, options: ShellOptions = {}) =>
  Effect.promise(() => ran(command, args, options))

/** Its output; it must succeed. */
export const shell = Effect.fnUntraced(
  function*(command: string, args: ReadonlyArray<string>, options: ShellOptions = {}) {
    const { code, stderr, stdout } = yield* attempt(command, args, options)
    if (code === 0) return stdout
    return yield* Effect.die(new Error(`${command} ${args.join(" ")} ended with ${code}\n${stdout}\n${stderr}`))
  }
)
