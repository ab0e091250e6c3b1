/** Repositories whose own names are in the way of ours; what can be known before is said before. */
import { describe } from "@effect/vitest"
import { lab } from "./Lab.ts"

const work = "echo work > work.txt"
const delivers = { "work.txt": "work" }
const elsewhere = ["orchestrator-task/"]

describe("a repository with", () => {
  lab([
    {
      name: "a file named task",
      repository: "echo x > task; git add .",
      agent: `test -f orchestrator-task/prompt.md && ${work}`,
      ends: "Delivered",
      delivers: { ...delivers, task: "x", "orchestrator-task/prompt.md": undefined },
      prompt: elsewhere
    },
    {
      name: "a link named task",
      repository: "ln -s README.md task; git add .",
      agent: `test -f orchestrator-task/prompt.md && ${work}`,
      ends: "Delivered",
      delivers: { ...delivers, task: "README.md" },
      prompt: elsewhere
    },
    {
      name: "a link out of it named task",
      repository: "ln -s /etc task; git add .",
      agent: work,
      ends: "Delivered",
      delivers,
      prompt: elsewhere
    },
    {
      name: "a task folder with a prompt of its own",
      repository: "mkdir task; echo mine > task/prompt.md; git add .",
      agent: work,
      ends: "Delivered",
      delivers: { ...delivers, "task/prompt.md": "mine" },
      prompt: elsewhere
    },
    {
      name: "a task folder with other files",
      repository: "mkdir task; echo mine > task/other; git add .",
      agent: `test -f task/prompt.md && ${work}`,
      ends: "Delivered",
      delivers: { ...delivers, "task/other": "mine", "task/prompt.md": undefined }
    },
    {
      name: "an ignored task folder",
      repository: "echo task > .gitignore; git add .",
      agent: `test -f task/prompt.md && ${work}`,
      ends: "Delivered",
      delivers
    },
    {
      name: "both names taken",
      repository: "echo x > task; echo x > orchestrator-task; git add .",
      agent: "true",
      ends: "SetupFailed",
      says: ["no place for the task's files"],
      next: false
    },
    {
      name: "a branch named feature",
      repository: "git push -q origin HEAD:refs/heads/feature",
      agent: work,
      ends: "SetupFailed",
      says: ["has a branch feature", "rename or delete feature"],
      next: false
    },
    {
      name: "a branch below the task's",
      repository: "git push -q origin HEAD:refs/heads/feature/task-1-implementation/part",
      agent: work,
      ends: "SetupFailed",
      says: ["feature/task-1-implementation/part"],
      next: false
    },
    {
      name: "submodules",
      repository:
        "printf '[submodule \"lib\"]\\n\\tpath = lib\\n\\turl = https://git.example.invalid/lib\\n' > .gitmodules; git add .; git update-index --add --cacheinfo 160000,$(git rev-parse HEAD),lib",
      agent: work,
      ends: "Delivered",
      delivers,
      prompt: ["submodules that were not fetched (lib: its host git.example.invalid is not in git.allowedHosts"],
      says: ["Submodules that were not fetched: lib"]
    },
    {
      name: "a link to nothing at its submodule's place",
      repository: "git update-index --add --cacheinfo 160000,$(git rev-parse HEAD),lib",
      agent: work,
      ends: "Delivered",
      delivers
    },
    {
      name: "a file that git takes for a path of ours",
      repository: "mkdir -p .orchestrator; echo x > .orchestrator/x; git add -f .",
      agent: work,
      ends: "Delivered",
      delivers
    },
    {
      name: "hooks in its tree",
      repository:
        "mkdir -p .githooks; printf '#!/bin/sh\\nexit 1\\n' > .githooks/pre-commit; chmod +x .githooks/pre-commit; git add .",
      agent: `git config core.hooksPath .githooks; ${work}`,
      ends: "Delivered",
      delivers
    }
  ])
})

const docs = "mkdir -p .taskmaster/docs/task-1; echo '# Task' > .taskmaster/docs/task-1/task.md"

describe("documents", () => {
  lab([
    {
      kind: "DocsRun",
      name: "that the repository ignores are delivered",
      repository: "echo '.taskmaster/docs/' > .gitignore; git add .",
      agent: docs,
      ends: "Delivered",
      delivers: { "_projects/hello-api/.taskmaster/docs/task-1/task.md": "# Task" }
    },
    {
      kind: "DocsRun",
      name: "that a rule of all hides are delivered",
      repository: "echo '*' > .gitignore; git add -f .gitignore",
      agent: docs,
      ends: "Delivered",
      delivers: { "_projects/hello-api/.taskmaster/docs/task-1/task.md": "# Task" }
    },
    {
      kind: "DocsRun",
      name: "in a repository of their own are delivered",
      agent: `${docs}; cd .taskmaster/docs && git init -q`,
      ends: "Delivered",
      delivers: { "_projects/hello-api/.taskmaster/docs/task-1/task.md": "# Task" }
    },
    {
      kind: "DocsRun",
      name: "are delivered where .git is gone",
      agent: `${docs}; rm -rf ../../.git`,
      ends: "Delivered",
      delivers: { "_projects/hello-api/.taskmaster/docs/task-1/task.md": "# Task" },
      says: ["was lost or replaced"]
    },
    {
      kind: "DocsRun",
      name: "alone are delivered, whatever else was changed",
      agent: `${docs}; echo x > elsewhere.txt; git add -A; git commit -qm All`,
      ends: "Delivered",
      delivers: {
        "_projects/hello-api/.taskmaster/docs/task-1/task.md": "# Task",
        "_projects/hello-api/elsewhere.txt": undefined
      }
    },
    { kind: "DocsRun", name: "that were not written are no changes", agent: "true", ends: "NoChanges" },
    {
      kind: "DocsRun",
      name: "that were written elsewhere are no changes, and named",
      agent: "echo x > ../../../guide.md",
      ends: "NoChanges",
      says: ["guide.md"]
    },
    {
      kind: "DocsRun",
      name: "that the remote refuses are in the log",
      refuses: "no documents today",
      agent: docs,
      ends: "PushRejected",
      says: ["no documents today"],
      logs: ["# Task", "git am"]
    }
  ])
})

describe("work", () => {
  lab([
    {
      name: "that the remote refuses is said in the remote's words",
      refuses: "no secrets in main",
      agent: work,
      ends: "PushRejected",
      says: ["The remote rejected", "no secrets in main"],
      next: false
    }
  ])
})
