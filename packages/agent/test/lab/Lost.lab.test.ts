/** A `.git` that the agent loses or replaces: its work is on the branch, and nothing of it in the next run. */
import { describe } from "@effect/vitest"
import { lab } from "./Lab.ts"

const work = "echo x > one.js"
const delivers = { "one.js": "x", "task/prompt.md": undefined }
const commits = "git add -A && git -c user.name=a -c user.email=a@example.test commit -qm Work"
const says = ["was lost or replaced"]

describe("a .git that", () => {
  lab([
    { name: "is gone", agent: `${work}; rm -rf .git`, ends: "Delivered", delivers, says },
    { name: "is gone after a commit", agent: `${work}; ${commits}; rm -rf .git`, ends: "Delivered", delivers, says },
    { name: "is gone where nothing was done is no work", agent: "rm -rf .git", ends: "NoChanges", says },
    {
      name: "was made anew without a commit",
      agent: `rm -rf .git; git init -q; ${work}`,
      ends: "Delivered",
      delivers,
      says
    },
    {
      name: "was made anew with a commit",
      agent: `rm -rf .git; git init -q; ${work}; ${commits}`,
      ends: "Delivered",
      delivers,
      says
    },
    {
      name: "was made anew on the branch's name",
      agent: `b=$(git branch --show-current); rm -rf .git; git init -q -b "$b"; ${work}; ${commits}`,
      ends: "Delivered",
      delivers,
      says
    },
    {
      name: "is a clone of the remote",
      agent:
        `${work}; u=$(git config remote.origin.url); rm -rf .git; git clone -q --bare "$u" .git && git config core.bare false; git reset -q`,
      ends: "Delivered",
      delivers
    },
    {
      name: "is a file",
      agent: `${work}; rm -rf .git; echo 'gitdir: /nonexistent' > .git`,
      ends: "Delivered",
      delivers,
      says
    },
    { name: "is a link", agent: `${work}; mv .git ../moved; ln -s ../moved .git`, ends: "Delivered", delivers, says },
    {
      name: "lies elsewhere by a file",
      agent: `${work}; mv .git ../moved; echo 'gitdir: ../moved' > .git`,
      ends: "Delivered",
      delivers,
      says
    },
    { name: "was moved away", agent: `${work}; mv .git ../git.bak`, ends: "Delivered", delivers, says },
    { name: "has no objects", agent: `${work}; rm -rf .git/objects`, ends: "Delivered", delivers, says },
    {
      name: "has emptied objects",
      agent: `${work}; rm -rf .git/objects; mkdir .git/objects`,
      ends: "Delivered",
      delivers,
      says
    },
    { name: "has no HEAD", agent: `${work}; rm .git/HEAD`, ends: "Delivered", delivers },
    { name: "has another HEAD", agent: `${work}; echo nonsense > .git/HEAD`, ends: "Delivered", delivers },
    { name: "has no refs", agent: `${work}; rm -rf .git/refs .git/packed-refs`, ends: "Delivered", delivers },
    { name: "has an empty ref", agent: `${work}; : > ".git/$(git symbolic-ref HEAD)"`, ends: "Delivered", delivers },
    {
      name: "has a pipe for HEAD",
      agent: `${work}; rm .git/HEAD; mkfifo .git/HEAD`,
      ends: "Delivered",
      delivers,
      says
    },
    {
      name: "has a pipe for its index",
      agent: `${work}; rm .git/index; mkfifo .git/index`,
      ends: "Delivered",
      delivers,
      says
    },
    {
      name: "has a pipe for its list of ignored files",
      agent: `${work}; rm .git/info/exclude; mkfifo .git/info/exclude`,
      ends: "Delivered",
      delivers,
      says
    },
    {
      name: "has a pipe among its branches",
      agent: `${work}; mkfifo .git/refs/heads/pipe .git/refs/tags/pipe`,
      ends: "Delivered",
      delivers
    },
    {
      name: "has a pipe for the commit it is on",
      agent:
        `${work}; ${commits}; o=$(git rev-parse HEAD); o=".git/objects/\${o%\${o#??}}/\${o#??}"; rm -f "$o"; mkfifo "$o"`,
      ends: "Delivered",
      delivers,
      says
    },
    { name: "is empty", agent: `${work}; rm -rf .git/*`, ends: "Delivered", delivers, says },
    {
      name: "is part of another",
      agent: `${work}; echo ../nowhere > .git/commondir`,
      ends: "Delivered",
      delivers,
      says
    },
    {
      name: "has a history of its own beside the branch",
      agent:
        `git checkout -q --orphan new; git rm -rqf --cached .; ${work}; git add one.js; git -c user.name=a -c user.email=a@example.test commit -qm Orphan`,
      ends: "NoChanges",
      says: ["do not merge", "refs/orchestrator/kept/"]
    },
    {
      name: "went with the whole folder",
      agent: `cd ..; rm -rf target-repo; mkdir target-repo; echo x > target-repo/one.js`,
      ends: "Delivered",
      delivers,
      says
    },
    { name: "went with the whole folder and left none", agent: "cd ..; rm -rf target-repo", ends: "Delivered", says }
  ])
})
