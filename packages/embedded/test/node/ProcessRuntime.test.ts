import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, FileSystem } from "effect"
import { spawn } from "node:child_process"
import { PodRuntime } from "../../src/node/PodRuntime.ts"
import {
  aliveIn,
  eventually,
  exists,
  logOf,
  type Mode,
  requestFor,
  type RequestInputs,
  runtimeIn,
  runToEnd,
  sandboxWorks,
  temporaryFolder
} from "./Processes.ts"

/** What the script prints, line by line. */
const printed = (inputs: RequestInputs) => Effect.andThen(runToEnd(inputs), logOf(requestFor(inputs)))

const ready = (inputs: RequestInputs) =>
  eventually(Effect.map(logOf(requestFor(inputs)), (lines) => lines.includes("ready")))

/** Without a namespace the host's paths are rewritten; in the sandbox they are true. Both are one contract. */
describe.each<Mode>(["auto", "off"])("containers as processes, sandbox %s", (mode) => {
  it.live("an exit code, a reason and the last words are told", () =>
    Effect.gen(function*() {
      const state = yield* temporaryFolder
      const script = "printf \"the end\" > \"${TERMINATION_MESSAGE_PATH:-/dev/termination-log}\"; exit 7"
      const exit = yield* runToEnd({ script }).pipe(Effect.provide(runtimeIn(state, mode)))
      assert.deepStrictEqual(exit, { exitCode: 7, reason: "Error", message: "the end" })
    }).pipe(Effect.scoped))

  it.live("last words end after 4,096 bytes, and none are no message", () =>
    Effect.gen(function*() {
      const state = yield* temporaryFolder
      const long = "head -c 5000 /dev/zero | tr \"\\0\" x > \"${TERMINATION_MESSAGE_PATH:-/dev/termination-log}\""
      const run = (script: string) => runToEnd({ script }).pipe(Effect.provide(runtimeIn(state, mode)))
      assert.lengthOf((yield* run(long)).message ?? "", 4096)
      assert.deepStrictEqual(yield* run("true"), { exitCode: 0, reason: "Completed" })
    }).pipe(Effect.scoped))

  it.live("the environment is what the pod and the image say, and nothing else", () =>
    Effect.gen(function*() {
      const state = yield* temporaryFolder
      const inputs = { script: "env | cut -d= -f1 | sort", env: { GREETING: "hello" } }
      const names = yield* printed(inputs).pipe(
        Effect.provide(runtimeIn(state, mode, { images: { example: { env: { FROM_IMAGE: "1" } } } }))
      )
      assert.includeMembers([...names], ["FROM_IMAGE", "GREETING", "HOME", "PATH"])
      const known = /^(FROM_IMAGE|GREETING|PATH|HOME|PWD|OLDPWD|SHLVL|_|ORCHESTRATOR_.*|TERMINATION_MESSAGE_PATH)$/
      assert.deepStrictEqual(names.filter((name) => !known.test(name)), [])
    }).pipe(Effect.scoped))

  it.live("mounted files have their content and modes, and are reached by their paths in the container", () =>
    Effect.gen(function*() {
      const state = yield* temporaryFolder
      const inputs: RequestInputs = {
        script: [
          "cat \"$SCRIPT_FILE\"",
          "stat -L -c %a \"$SCRIPT_FILE\" \"$KEY_FILE\"",
          "readlink \"$SCRIPT_FILE\"",
          "cat \"$SETTINGS_FILE\""
        ].join("; "),
        env: {
          SCRIPT_FILE: "/config/run.sh",
          KEY_FILE: "/etc/orchestrator/ssh/key",
          SETTINGS_FILE: "/etc/claude-code/managed-settings.json"
        },
        pod: {
          volumes: [{ name: "config", configMap: { name: "c" } }, { name: "ssh", secret: { secretName: "s" } }]
        },
        container: {
          volumeMounts: [
            { name: "config", mountPath: "/config" },
            { name: "config", mountPath: "/etc/claude-code/managed-settings.json", subPath: "settings.json" },
            { name: "ssh", mountPath: "/etc/orchestrator/ssh" }
          ]
        },
        files: {
          config: { "run.sh": ["echo hi\n", 0o755], "settings.json": ["{}\n", 0o644] },
          ssh: { key: ["not a real key\n", 0o400] }
        }
      }
      assert.deepStrictEqual(yield* printed(inputs).pipe(Effect.provide(runtimeIn(state, mode))), [
        "echo hi",
        "755",
        "400",
        "..data/run.sh",
        "{}"
      ])
    }).pipe(Effect.scoped))

  it.live("a claim keeps its files, an emptyDir goes with its pod", () =>
    Effect.gen(function*() {
      const state = yield* temporaryFolder
      const inputs: RequestInputs = {
        script: "echo kept > \"$WORK/a\"; echo gone > \"$SCRATCH/b\"; ls \"$WORK\" \"$SCRATCH\"",
        env: { WORK: "/workspace", SCRATCH: "/tmp" },
        pod: {
          volumes: [
            { name: "workspace", persistentVolumeClaim: { claimName: "workspace-api" } },
            { name: "tmp", emptyDir: {} }
          ]
        },
        container: {
          volumeMounts: [{ name: "workspace", mountPath: "/workspace" }, { name: "tmp", mountPath: "/tmp" }]
        }
      }
      const { pod } = requestFor(inputs)
      yield* Effect.gen(function*() {
        assert.strictEqual((yield* runToEnd(inputs)).exitCode, 0)
        assert.isTrue(yield* exists(`${state}/volumes/default/workspace-api/a`))
        assert.isTrue(yield* exists(`${state}/pods/${pod.metadata.uid}/volumes/tmp/b`))
        const runtime = yield* PodRuntime
        yield* runtime.forget(pod)
        assert.isTrue(yield* exists(`${state}/volumes/default/workspace-api/a`))
        assert.isFalse(yield* exists(`${state}/pods/${pod.metadata.uid}`))
      }).pipe(Effect.provide(runtimeIn(state, mode)))
    }).pipe(Effect.scoped))

  it.live("a subPath that leaves its volume is refused", () =>
    Effect.gen(function*() {
      const state = yield* temporaryFolder
      const refusal = yield* runToEnd({
        script: "true",
        pod: { volumes: [{ name: "tmp", emptyDir: {} }] },
        container: { volumeMounts: [{ name: "tmp", mountPath: "/tmp", subPath: "../../etc" }] }
      }).pipe(Effect.provide(runtimeIn(state, mode)), Effect.flip)
      assert.deepInclude(refusal, { reason: "CreateContainerConfigError", retry: false })
    }).pipe(Effect.scoped))

  it.live("an image's own commands and tools stand in for it", () =>
    Effect.gen(function*() {
      const state = yield* temporaryFolder
      const tools = yield* temporaryFolder
      const fs = yield* FileSystem.FileSystem
      yield* fs.writeFileString(`${tools}/greet`, "#!/bin/bash\necho \"greetings to $1\"\n", { mode: 0o755 })
      const images = {
        "example:1": { pathPrepend: [tools], commands: { "/app/orchestrator": ["bash", "-c", "greet \"$0\""] } }
      }
      const inputs: RequestInputs = {
        script: "",
        container: { command: ["/app/orchestrator"], args: ["/config"], volumeMounts: [] }
      }
      const lines = yield* printed(inputs).pipe(Effect.provide(runtimeIn(state, mode, { images })))
      assert.deepStrictEqual(lines, ["greetings to /config"])
    }).pipe(Effect.scoped, Effect.provide(NodeServices.layer)))

  it.live("an image without a stand-in cannot be pulled, and the known ones are named", () =>
    Effect.gen(function*() {
      const state = yield* temporaryFolder
      const refusal = yield* runToEnd({ script: "true", container: { image: "other:2" } }).pipe(
        Effect.provide(runtimeIn(state, mode)),
        Effect.flip
      )
      assert.deepInclude(refusal, { reason: "ErrImagePull", retry: true })
      assert.include(refusal.message, "example")
    }).pipe(Effect.scoped))

  it.live("SIGTERM reaches the process, which may use its grace to end well", () =>
    Effect.gen(function*() {
      const state = yield* temporaryFolder
      const inputs = { script: "trap \"echo saved; exit 3\" TERM; echo ready; while true; do sleep 0.05; done" }
      const exit = yield* Effect.gen(function*() {
        const runtime = yield* PodRuntime
        const container = yield* runtime.start(requestFor(inputs))
        yield* ready(inputs)
        yield* container.stop(20)
        const ended = yield* container.exit
        assert.include(yield* logOf(requestFor(inputs)), "saved")
        return ended
      }).pipe(Effect.scoped, Effect.provide(runtimeIn(state, mode)))
      assert.strictEqual(exit.exitCode, 3)
    }).pipe(Effect.scoped))

  it.live("who ignores SIGTERM is killed when the grace is over, with all that it started", () =>
    Effect.gen(function*() {
      const state = yield* temporaryFolder
      const inputs = {
        script:
          "trap \"\" TERM; setsid bash -c \"trap \\\"\\\" TERM; sleep 600\" & echo ready; while true; do sleep 0.05; done"
      }
      const exit = yield* Effect.gen(function*() {
        const runtime = yield* PodRuntime
        const container = yield* runtime.start(requestFor(inputs))
        yield* ready(inputs)
        yield* container.stop(0.3)
        return yield* container.exit
      }).pipe(Effect.scoped, Effect.provide(runtimeIn(state, mode)))
      assert.strictEqual(exit.exitCode, 137)
      assert.strictEqual(yield* aliveIn(state), 0)
    }).pipe(Effect.scoped))

  it.live("a container that has ended leaves nothing running, whatever hid itself in another session", () =>
    Effect.gen(function*() {
      const state = yield* temporaryFolder
      const script = "setsid nohup sleep 600 >/dev/null 2>&1 & sleep 0.1; exit 0"
      const exit = yield* runToEnd({ script }).pipe(Effect.provide(runtimeIn(state, mode)))
      assert.strictEqual(exit.exitCode, 0)
      assert.strictEqual(yield* aliveIn(state), 0)
    }).pipe(Effect.scoped))

  it.live("leaving the scope kills at once", () =>
    Effect.gen(function*() {
      const state = yield* temporaryFolder
      const inputs = { script: "trap \"\" TERM; echo ready; while true; do sleep 0.05; done" }
      yield* Effect.gen(function*() {
        const fiber = yield* Effect.forkChild(runToEnd(inputs))
        yield* ready(inputs)
        assert.isAbove(yield* aliveIn(state), 0)
        yield* Fiber.interrupt(fiber)
        assert.strictEqual(yield* aliveIn(state), 0)
      }).pipe(Effect.provide(runtimeIn(state, mode)))
    }).pipe(Effect.scoped))
})

it.live("in the sandbox the host is read-only and other pods' folders are not there", () =>
  Effect.gen(function*() {
    const state = yield* temporaryFolder
    if (!(yield* sandboxWorks)) return
    const foreign = `${state}/volumes/default/other`
    const fs = yield* FileSystem.FileSystem
    yield* fs.makeDirectory(foreign, { recursive: true })
    const script =
      `touch /usr/x || echo fixed; touch /x || echo fixed; ls ${foreign} || echo hidden; ls -d /proc/[0-9]* | wc -l`
    const lines = yield* printed({ script }).pipe(Effect.provide(runtimeIn(state, "auto")))
    const answers = lines.filter((line) => !/^(touch|ls):/.test(line))
    assert.deepStrictEqual(answers.slice(0, -1), ["fixed", "fixed", "hidden"])
    assert.isBelow(Number(answers.at(-1)), 8)
  }).pipe(Effect.scoped, Effect.provide(NodeServices.layer)))

it.live("in the sandbox more folders can be hidden", () =>
  Effect.gen(function*() {
    const state = yield* temporaryFolder
    if (!(yield* sandboxWorks)) return
    const entries = (hidden: ReadonlyArray<string>) =>
      printed({ script: "ls /usr/share | wc -l" }).pipe(Effect.provide(runtimeIn(state, "auto", { hidden })))
    assert.notDeepEqual(yield* entries([]), ["0"])
    assert.deepStrictEqual(yield* entries(["/usr/share"]), ["0"])
  }).pipe(Effect.scoped))

it.live("what a crash has left behind is killed at the next start, and nothing of another folder", () =>
  Effect.gen(function*() {
    const state = yield* temporaryFolder
    const other = yield* temporaryFolder
    const leftBehind = (folder: string) =>
      spawn("sleep", ["600"], {
        detached: true,
        stdio: "ignore",
        env: { PATH: "/usr/bin:/bin", ORCHESTRATOR_NODE: folder }
      })
    leftBehind(state)
    const foreign = leftBehind(other)
    yield* eventually(Effect.map(Effect.all([aliveIn(state), aliveIn(other)]), ([a, b]) => a === 1 && b === 1))
    yield* Effect.void.pipe(Effect.provide(runtimeIn(state, "off")))
    assert.strictEqual(yield* aliveIn(state), 0)
    assert.strictEqual(yield* aliveIn(other), 1)
    foreign.kill("SIGKILL")
  }).pipe(Effect.scoped))

it.live("a command that is not there fails the container, and is not tried again", () =>
  Effect.gen(function*() {
    const state = yield* temporaryFolder
    const refusal = yield* runToEnd({ script: "", container: { command: ["no-such-command"] } }).pipe(
      Effect.provide(runtimeIn(state, "off")),
      Effect.flip
    )
    assert.deepInclude(refusal, { reason: "StartError", retry: false })
  }).pipe(Effect.scoped))
