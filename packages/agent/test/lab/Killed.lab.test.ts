/** What a run that was killed leaves in its clone: the next run of the service delivers its own work and nothing of it. */
import { describe } from "@effect/vitest"
import { lab, type LabCase } from "./Lab.ts"

const commits = "git add -A && git commit -qm Work"
const conflict = "git checkout -qb other && echo a > same && git add . && git commit -qm A && git checkout -q - && " +
  "echo b > same && git add . && git commit -qm B"

const leaves = (name: string, aftermath: string): LabCase => ({
  name,
  agent: "echo work > work.txt",
  ends: "Delivered",
  delivers: { "work.txt": "work" },
  aftermath
})

describe("after a killed run that left", () => {
  lab([
    leaves("files", "echo x > one.js"),
    leaves("no .git", "echo x > one.js; rm -rf .git"),
    leaves("a file in place of .git", "rm -rf .git; echo 'gitdir: /nonexistent' > .git"),
    leaves("a link in place of .git", "mv .git ../moved; ln -s ../moved .git; echo x > one.js"),
    leaves("another .git", "rm -rf .git; git init -q; echo x > one.js"),
    leaves("another .git with commits", `rm -rf .git; git init -q; echo x > one.js; ${commits}`),
    leaves("a .git without objects", "rm -rf .git/objects; echo x > one.js"),
    leaves("a .git without HEAD", "rm .git/HEAD; echo x > one.js"),
    leaves("a .git without refs", "rm -rf .git/refs .git/packed-refs; echo x > one.js"),
    leaves(
      "a .git with broken refs",
      "echo nonsense > .git/refs/heads/broken; : > .git/refs/heads/empty; echo x > one.js"
    ),
    leaves("an index cut short", "head -c 20 .git/index > .git/i; mv .git/i .git/index; echo x > one.js"),
    leaves(
      "locks everywhere",
      "touch .git/index.lock .git/HEAD.lock .git/config.lock .git/packed-refs.lock .git/shallow.lock; echo x > one.js"
    ),
    leaves("a repository without a commit", "mkdir app; cd app; git init -q; echo x > app.js"),
    leaves("a repository with a commit", `mkdir app; cd app; git init -q; echo x > app.js; ${commits}`),
    leaves(
      "a link to a commit that nobody has",
      "git update-index --add --cacheinfo 160000,1234567890123456789012345678901234567890,lib; git commit -qm Link"
    ),
    leaves("a clone of another repository", "git clone -q \"$(git config remote.origin.url)\" reference"),
    leaves("a locked worktree", "git worktree add -q ../wt -b wt; git worktree lock ../wt; echo x > one.js"),
    leaves(
      "a worktree on the task's branch",
      "b=$(git branch --show-current); git checkout -q --detach; git worktree add -q ../wt \"$b\"; echo x > one.js"
    ),
    leaves("a merge in progress", `${conflict}; git merge -q other || true`),
    leaves("a rebase in progress", `${conflict}; git rebase -q other || true`),
    leaves("a cherry-pick in progress", `${conflict}; git cherry-pick other || true`),
    leaves(
      "a revert in progress",
      "echo a > README.md; git commit -qam A; echo b > README.md; git commit -qam B; git revert --no-edit HEAD~1 || true"
    ),
    leaves(
      "a bisect in progress",
      `echo x > one.js; ${commits}; git bisect start -q; git bisect bad; git bisect good HEAD~1 || true`
    ),
    leaves("a detached HEAD with a commit", `git checkout -q --detach; echo x > one.js; ${commits}`),
    leaves("an orphan branch", `git checkout -q --orphan alone; echo x > one.js; ${commits}`),
    leaves("an orphan branch without a commit", "git checkout -q --orphan alone; echo x > one.js"),
    leaves("a sparse tree", "git sparse-checkout set --no-cone /src; echo x > one.js"),
    leaves("a bare clone", "git config core.bare true; echo x > one.js"),
    leaves("a tree that is elsewhere", "mkdir ../else; git config core.worktree \"$PWD/../else\"; echo x > one.js"),
    leaves("a configuration that cannot be read", "echo '[[[' > .git/config; echo x > one.js"),
    leaves("a configuration that is a folder", "rm .git/config; mkdir .git/config; echo x > one.js"),
    leaves(
      "a future format",
      "git config core.repositoryformatversion 1; git config extensions.future true; echo x > one.js"
    ),
    leaves("ignored files, by its own rule", "echo one.js >> .git/info/exclude; echo x > one.js"),
    leaves("ignored files, by a new .gitignore", "echo one.js > .gitignore; echo x > one.js"),
    leaves("files that it has called unchanged", "echo x >> README.md; git update-index --assume-unchanged README.md"),
    leaves("a pipe in place of a file", "rm README.md; mkfifo README.md"),
    leaves("a pipe in .git", "rm .git/HEAD; mkfifo .git/HEAD"),
    leaves("a folder that nobody may enter", "mkdir shut; echo x > shut/x; chmod 000 shut"),
    leaves("a folder in place of a file", "rm README.md; mkdir README.md; echo x > README.md/x"),
    leaves("a file in place of a folder", "rm -rf src; echo x > src"),
    leaves("a link in place of a folder", "rm -rf src; ln -s /etc src"),
    leaves("a link in place of the task's files", "rm -rf task; ln -s /etc task"),
    leaves("a file in place of the task's files", "rm -rf task; echo x > task"),
    leaves("shallow history", "git rev-parse HEAD > .git/shallow; echo x > one.js"),
    leaves(
      "objects of another place",
      "mkdir -p .git/objects/info; echo /nonexistent/objects > .git/objects/info/alternates; echo x > one.js"
    ),
    leaves("replaced commits", `echo x > one.js; ${commits}; git replace HEAD HEAD~1`),
    leaves("grafts", "git rev-parse HEAD > .git/info/grafts; echo x > one.js"),
    leaves("names that are no UTF-8", "echo x > $'caf\\xe9'; mkdir $'\\xff'; echo x > $'\\xff/x'"),
    leaves("nothing at all", "cd ..; rm -rf target-repo"),
    leaves("a file in place of the clone", "cd ..; rm -rf target-repo; echo x > target-repo"),
    leaves(
      "a link in place of the clone",
      "cd ..; mv target-repo elsewhere; ln -s elsewhere target-repo; echo x > elsewhere/one.js"
    )
  ])
})
