/** "Changed nothing" says where the work is and why it is no delivery. */
import { describe } from "@effect/vitest"
import { lab } from "./Lab.ts"

const commits = "git add -A && git commit -qm Work"
const back = "b=$(git branch --show-current)"

describe("no changes, and the work", () => {
  lab([
    {
      name: "is in files that the repository ignores",
      repository: "echo docs/ > .gitignore; git add .",
      agent: "mkdir docs; echo x > docs/guide.md",
      ends: "NoChanges",
      says: ["ignores", "docs/"]
    },
    {
      name: "is a file that the repository ignores",
      repository: "echo '*.out' > .gitignore; git add .",
      agent: "echo x > result.out",
      ends: "NoChanges",
      says: ["result.out"]
    },
    {
      name: "is deep in what is ignored",
      repository: "echo 'generated' > .gitignore; git add .",
      agent: "mkdir -p src/generated; echo x > src/generated/a.ts",
      ends: "NoChanges",
      says: ["src/generated/"]
    },
    {
      name: "is on another branch",
      agent: `${back}; git checkout -qb mine; echo x > x; ${commits}; git checkout -q "$b"`,
      ends: "NoChanges",
      says: ["branch mine"]
    },
    { name: "is in a stash", agent: "echo x >> README.md; git stash -q", ends: "NoChanges", says: ["a stash"] },
    {
      name: "is under a tag",
      agent: `${back}; git checkout -q --detach; echo x > x; ${commits}; git tag done; git checkout -q "$b"`,
      ends: "NoChanges",
      says: ["tag done"]
    },
    {
      name: "is in a worktree",
      agent: "git worktree add -q ../wt -b wt; cd ../wt; echo x > x; git add x; git commit -qm X",
      ends: "NoChanges",
      says: ["branch wt", "/wt"]
    },
    {
      name: "is beside the repository",
      agent: "echo x > ../result.md",
      ends: "NoChanges",
      says: ["outside of the repository", "result.md"]
    },
    { name: "is nowhere", agent: "true", ends: "NoChanges", says: ["The agent made no changes: Done."] },
    {
      name: "is what tools have built",
      repository: "echo node_modules > .gitignore; git add .",
      agent: "mkdir -p node_modules/x; echo x > node_modules/x/y",
      ends: "NoChanges",
      says: ["The agent made no changes: Done."]
    },
    {
      name: "was undone",
      agent: `echo x > x; ${commits}; git revert --no-edit HEAD -q 2>/dev/null || git revert --no-edit HEAD`,
      ends: "NoChanges"
    },
    { name: "is an empty commit", agent: "git commit -q --allow-empty -m Nothing", ends: "NoChanges" },
    { name: "is only an empty folder", agent: "mkdir empty", ends: "NoChanges" }
  ])
})
