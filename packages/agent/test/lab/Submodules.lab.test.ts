/** Submodules of a service's repository, with the credentials in the agent's environment. */
import { describe } from "@effect/vitest"
import { lab } from "./Lab.ts"

/** `lib` at its first of two commits, which has `inner` in it; both beside the target. */
const repository = [
  "remotes=$(dirname \"$(git remote get-url origin)\")",
  "for name in inner lib; do git init -q --bare -b main \"$remotes/$name.git\"; git init -q -b main \"$remotes/seed-$name\"; done",
  "(cd \"$remotes/seed-inner\"; echo inner > v; git add .; git commit -qm inner; git push -q ../inner.git main)",
  "inner=$(git -C \"$remotes/inner.git\" rev-parse main)",
  "(cd \"$remotes/seed-lib\"; printf '[submodule \"a\"]\\n\\tpath = deep/inner\\n\\turl = ../inner.git\\n' > .gitmodules",
  "git update-index --add --cacheinfo 160000,$inner,deep/inner; echo one > v; git add .gitmodules v; git commit -qm one; echo two > v; git commit -qam two; git push -q ../lib.git main)",
  "printf '[submodule \"x\"]\\n\\tpath = lib\\n\\turl = ../lib.git\\n\\tignore = none\\n' > .gitmodules",
  "git add .gitmodules; git update-index --add --cacheinfo 160000,$(git -C \"$remotes/lib.git\" rev-parse main~1),lib",
  "rm -rf \"$remotes\"/seed-*"
].join("\n")

const identity = "-c user.name=Agent -c user.email=agent@example.test"
const reads = "cat lib/v lib/deep/inner/v > seen.txt; git status --porcelain >> seen.txt"

describe("a submodule", () => {
  lab([
    {
      name: "is there for the agent as it is pinned, with those in it, and clean",
      repository,
      agent: reads,
      ends: "Delivered",
      delivers: { "seen.txt": "one\ninner\n?? seen.txt" },
      prompt: ["Submodules are checked out (lib; lib/deep/inner)"]
    },
    {
      name: "with a commit of the agent's is pinned as before, and named",
      repository,
      agent: `(cd lib; echo x > v; git ${identity} commit -qam x); echo work > work.txt; git add .; git commit -qm all`,
      ends: "Delivered",
      says: ["lib (a submodule: changes inside of it are not delivered)"],
      delivers: { "work.txt": "work" },
      changes: ["work.txt"]
    },
    {
      name: "with changes alone is no work, and named",
      repository,
      agent: "echo x > lib/deep/inner/new",
      ends: "NoChanges",
      says: ["lib/deep/inner (a submodule: changes inside of it are not delivered)"]
    },
    {
      name: "that is pinned to another commit of its repository is delivered so",
      repository,
      agent:
        "git -C lib fetch -q --depth=1 origin main && git -C lib checkout -q FETCH_HEAD && git commit -qam bump && cat lib/v > bumped.txt",
      ends: "Delivered",
      delivers: { "bumped.txt": "two" },
      changes: ["bumped.txt", "lib"]
    },
    {
      name: "whose folder and whose part of .git the agent has spoilt stops nobody",
      repository,
      agent:
        "rm -rf lib .git/modules/0/objects; mkfifo .git/modules/1/x; rm .git/modules/0/HEAD; mkfifo .git/modules/0/HEAD; ln -s / lib; echo work > work.txt",
      ends: "Delivered",
      delivers: { "work.txt": "work" }
    }
  ])
})
