import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import { type ImageTable, standInFor, wordsOf } from "../../src/node/ImageTable.ts"

const exact = { env: { WHICH: "exact" } }
const any = { env: { WHICH: "any" } }
const images: ImageTable = { "agent:1": exact, "agent": any, "registry.example:5000/team/tool": any }

describe("the stand-in of an image", () => {
  it.each<readonly [image: string, want: ImageTable[string] | undefined]>([
    ["agent:1", exact],
    ["agent:2", any],
    ["agent", any],
    ["agent@sha256:00", any],
    ["agent:2@sha256:00", any],
    ["registry.example:5000/team/tool:3", any],
    ["registry.example:5000/team/tool", any],
    ["registry.example:5000/agent", undefined]
  ])("%s", (image, want) => {
    const found = standInFor(images, image)
    assert.deepStrictEqual(Result.isSuccess(found) ? found.success : undefined, want)
  })
})

describe("the words of a container", () => {
  const standIn = {
    commands: { "/app/orchestrator": ["node", "bin.ts"], "/app/orchestrator broker": ["node", "broker.ts"] }
  }
  const words = (command: ReadonlyArray<string> | undefined, args: ReadonlyArray<string>) =>
    wordsOf({ name: "c", image: "i", args, ...(command === undefined ? {} : { command }) }, standIn)

  it("a command of the image is put in", () =>
    assert.deepStrictEqual(
      words(["/app/orchestrator", "prepare"], ["/opt"]),
      Result.succeed(["node", "bin.ts", "prepare", "/opt"])
    ))
  it("a command with an argument of its own is another one", () =>
    assert.deepStrictEqual(
      words(["/app/orchestrator", "broker", "--x"], ["y"]),
      Result.succeed(["node", "broker.ts", "--x", "y"])
    ))
  it("a command of the image alone is put in too", () =>
    assert.deepStrictEqual(words(["/app/orchestrator"], []), Result.succeed(["node", "bin.ts"])))
  it("another command stays", () =>
    assert.deepStrictEqual(words(["bash"], ["-c", "x"]), Result.succeed(["bash", "-c", "x"])))
  it("an image's entrypoint is not known", () => assert.isTrue(Result.isFailure(words(undefined, ["x"]))))
})
