/** A git that has ended is over, also when something that it left in the background holds its pipes. */
import { NodeServices } from "@effect/platform-node"
import { assert, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Result } from "effect"
import { TestClock } from "effect/testing"
import { chmodSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { claude } from "../../src/agents/claude/ClaudeCli.ts"
import { BrokerGit } from "../../src/broker/git/BrokerGit.ts"
import { Git } from "../../src/git/Git.ts"
import { RunnerConfig } from "../../src/runner/services/RunnerConfig.ts"
import { decodeSettings } from "../../src/runner/Settings.ts"
import { removeFolder, tempFolder } from "../fixtures/Remotes.ts"

/** A folder with a `git` that says much, leaves a process that holds its pipes, and exits. */
const leavingGit = (exitCode: number) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const folder = tempFolder()
      const file = join(folder, "git")
      writeFileSync(
        file,
        `#!/bin/sh
setsid sh -c 'echo $$ > ${folder}/left; exec sleep 1000' &
while [ ! -s ${folder}/left ]; do sleep 0.01; done
head -c 300000 /dev/zero | tr '\\0' x
echo said >&2
exit ${exitCode}
`
      )
      chmodSync(file, 0o755)
      return folder
    }),
    (folder) =>
      Effect.sync(() => {
        process.kill(Number(readFileSync(join(folder, "left"), "utf8")), "SIGKILL")
        removeFolder(folder)
      })
  )

/** Time passes while the process runs. */
const inTime = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function*() {
    const fiber = yield* Effect.forkChild(effect)
    while (fiber.pollUnsafe() === undefined) {
      yield* TestClock.adjust("100 millis")
      yield* Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))
    }
    return yield* Fiber.join(fiber)
  })

const askRunner = (folder: string) => {
  const settings = Result.getOrThrow(decodeSettings({
    TASK_TYPE: "code",
    TASK_ID: "7",
    SERVICE_NAME: "api",
    MODEL: "claude-sonnet-4-20250514",
    GITHUB_USER: "robo-dev",
    REPOSITORY_URL: "https://github.com/acme/api.git",
    DOCS_REPOSITORY_URL: "https://github.com/acme/docs.git",
    RUN_NAME: "run",
    RUN_UID: "uid",
    SESSION_ID: "3f9c2a1b-1111-8222-a333-444455556661",
    PATH: `${folder}:${process.env["PATH"]}`
  }, claude))
  return Effect.flatMap(Git, (git) => git.ask(undefined, ["status"])).pipe(
    Effect.provide(Git.layer.pipe(
      Layer.provide([Layer.succeed(RunnerConfig, settings), NodeServices.layer])
    ))
  )
}

const askBroker = (folder: string) =>
  Effect.flatMap(
    BrokerGit,
    ({ ask }) => ask({ args: ["status"], environment: { PATH: `${folder}:${process.env["PATH"]}` } })
  )
    .pipe(Effect.provide(BrokerGit.layer.pipe(Layer.provide(NodeServices.layer))))

it.effect.each([
  { whose: "runner", exitCode: 0, ask: askRunner },
  { whose: "runner", exitCode: 3, ask: askRunner },
  { whose: "broker", exitCode: 0, ask: askBroker },
  { whose: "broker", exitCode: 3, ask: askBroker }
])(
  "the $whose's git that exits with $exitCode answers so, with all that it said",
  ({ ask, exitCode }) =>
    Effect.gen(function*() {
      const answer = yield* inTime(ask(yield* leavingGit(exitCode)))
      assert.strictEqual(answer.exitCode, exitCode)
      assert.lengthOf(answer.stdout, 300_000)
      assert.strictEqual(answer.stderr, "said\n")
    })
)
