/** The program that opens pages and files here, where somebody would see one. It gets what to open as an argument: no shell reads it. */
import { Config, Effect, Option } from "effect"
import { ChildProcess } from "effect/process"
import { platform } from "node:os"

type Opener = readonly [program: string, ...args: ReadonlyArray<string>]

const opener = Effect.gen(function*() {
  const system = platform()
  if (system === "darwin") return ["open"] satisfies Opener
  // What `start` does, without the shell that it belongs to.
  if (system === "win32") return ["rundll32", "url.dll,FileProtocolHandler"] satisfies Opener
  const displays = yield* Effect.forEach(
    ["DISPLAY", "WAYLAND_DISPLAY"],
    (name) => Config.option(Config.NonEmptyString(name))
  )
  return system === "linux" && displays.some(Option.isSome) ? ["xdg-open"] satisfies Opener : undefined
})

/** Whether a program was there and took it. */
export const openInBrowser = Effect.fn("openInBrowser")(function*(what: string) {
  const [program, ...args] = (yield* opener) ?? []
  if (program === undefined) return false
  return yield* Effect.gen(function*() {
    const child = yield* ChildProcess.make(program, [...args, what], {
      stdin: "ignore",
      stdout: "ignore",
      stderr: "ignore"
    })
    return Number(yield* child.exitCode) === 0
  }).pipe(Effect.scoped, Effect.orElseSucceed(() => false))
})
