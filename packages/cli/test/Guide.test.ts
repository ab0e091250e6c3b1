/** The guide of the command line names every command, and the help of each has an example. */
import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { exitCodes } from "../src/connect/CommandFailed.ts"
import { commandTree } from "../src/Main.ts"
import { offline } from "./verbs/CommandLine.ts"

const guide = readFileSync(join(import.meta.dirname, "../../../docs/guides/command-line.md"), "utf8")

type Tree = typeof commandTree

const leaves = ({ name, subcommands }: Tree, path: ReadonlyArray<string> = []): ReadonlyArray<string> =>
  subcommands.length === 0
    ? [[...path, name].join(" ")]
    : subcommands.flatMap((each) => leaves(each, [...path, name]))

describe("the guide of the command line", () => {
  it("has a row for every command, and for no other", () => {
    const rows = [...guide.matchAll(/^\| `(orchestrator [a-z -]+?)` +\|/gm)].map(([, command]) => command)
    assert.deepStrictEqual(rows.toSorted(), leaves(commandTree).filter((each) => each !== "orchestrator ls").toSorted())
  })

  it("has every exit code", () => {
    const codes = [...guide.matchAll(/^\| (\d+) +\|/gm)].map(([, code]) => Number(code))
    assert.deepStrictEqual(codes, [0, 1, ...Object.values(exitCodes)])
  })
})

it.effect.each(leaves(commandTree).map((command) => ({ command })))(
  "the help of $command has an example",
  ({ command }) =>
    Effect.gen(function*() {
      const [, ...words] = command.split(" ")
      const { out } = yield* offline(...words, "--help")
      assert.include(out, "EXAMPLES")
      assert.match(out, new RegExp(`^ +.*${command.replace("orchestrator ls", "orchestrator list")}`, "m"))
      assert.notMatch(out, /--token (?!TOKEN|string)/)
    }).pipe(Effect.provide(NodeServices.layer))
)
