/**
 * What keeps git from walking a working tree: folders and files that their owner may not read, and pipes, sockets and devices. These
 * have no content, and git waits for ever for a pipe in the place of a file that it reads: of an object or a ref, too, where a link is none, and of a submodule's.
 */
import { Effect, Stream } from "effect"
import { ChildProcess, ChildProcessSpawner } from "effect/process"
import type { Repository } from "./Clone.ts"

// Before a folder is entered it is opened: the order matters.
const readable = [
  ...["(", "-type", "d", "!", "-perm", "-u=rwx", "-exec", "chmod", "u+rwx", "{}", ";", ")", "-o"],
  ...["(", "-type", "f", "!", "-perm", "-u=r", "-exec", "chmod", "u+r", "{}", ";", ")"]
]
const special = [
  ...[
    "-path",
    "./.git/*",
    "!",
    "-path",
    "./.git/objects*",
    "!",
    "-path",
    "./.git/refs*",
    "!",
    "-path",
    "./.git/modules*",
    "-prune",
    "-o"
  ],
  ...["(", "-type", "p", "-o", "-type", "s", "-o", "-type", "c", "-o", "-type", "b"],
  ...["-o", "-type", "l", "-path", "./.git/*/*", ")"],
  ...["-print", "-exec", "rm", "-f", "--", "{}", ";"]
]

/** Takes them out of the way, links followed nowhere. A tree that cannot be searched is left as it is. */
export const removeObstacles = Effect.fn("Obstacles.remove")(function*({ workTree }: Repository) {
  const spawner = yield* ChildProcessSpawner.ChildProcessSpawner
  const find = (words: ReadonlyArray<string>) =>
    Effect.scoped(
      Effect.flatMap(
        spawner.spawn(ChildProcess.make("find", [".", "-xdev", ...words], {
          cwd: workTree,
          stdin: "ignore",
          stderr: "ignore",
          extendEnv: true
        })),
        ({ stdout }) => Stream.mkString(Stream.decodeText(stdout))
      )
    ).pipe(Effect.orElseSucceed(() => ""))
  yield* find(readable)
  const removed = (yield* find(special)).trim()
  if (removed !== "") {
    yield* Effect.log(
      `pipes, sockets or devices, or links in .git, were removed: ${removed.split("\n").slice(0, 10).join(", ")}`
    )
  }
})
