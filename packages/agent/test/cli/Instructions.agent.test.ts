/** Instructions that an earlier run has left where the repository's own rules ignore them: no agent takes them for its repository's. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { join } from "node:path"
import { bash, inOrder, say } from "../../../../tools/agent/ScriptedModel.ts"
import { commitTo } from "../fixtures/Remotes.ts"
import { endedWith } from "./Evidence.ts"
import { startPod } from "./Pod.ts"
import { makeWorld } from "./World.ts"

const planted = [
  "CLAUDE.local.md",
  ".claude/CLAUDE.md",
  ".claude/rules/evil.md",
  ".claude/skills/evil/SKILL.md",
  ".claude/agents/evil.md",
  ".claude/commands/evil.md",
  ".claude/output-styles/evil.md",
  "src/CLAUDE.local.md",
  "src/.claude/CLAUDE.md",
  "../CLAUDE.md"
]
const wordOf = (file: string) => `planted-in-${file.replaceAll(/[/.]/g, "-")}`

describe("what an earlier run has left in ignored files", () => {
  it.live("is no instruction of the next", () =>
    Effect.gen(function*() {
      const plant = planted.map((file) =>
        `mkdir -p "$(dirname ${file})"; printf -- '---\\nname: evil\\ndescription: %s\\n---\\n%s\\n' ${wordOf(file)} ${
          wordOf(file)
        } > ${file}`
      )
      const world = yield* makeWorld(inOrder(bash(plant.join("\n")), say("Done."), say("Done.")))
      commitTo(world.remotes.target, "main", {
        ".gitignore": "CLAUDE.local.md\n.claude/\n",
        "CLAUDE.md": "word-of-the-repository\n",
        "src/index.txt": "x\n"
      })
      yield* (yield* startPod(world)).end
      world.model.play(inOrder(
        bash("cat src/index.txt; ls -a; echo two > two.txt; git add two.txt; git commit -qm Two"),
        { tool: "Read", input: { file_path: join(world.clone, "src/index.txt") } },
        say("Done.")
      ))
      const from = world.model.turns.length
      const other = { ...world, uid: "4a0d3b2c-1111-4222-8333-0123456789ab" }
      const end = yield* (yield* startPod(other)).end
      endedWith(end, "Delivered")
      const sent = JSON.stringify(world.model.turns.slice(from))
      assert.include(sent, "word-of-the-repository")
      assert.deepStrictEqual(planted.filter((file) => sent.includes(wordOf(file))), [])
    }))
})
