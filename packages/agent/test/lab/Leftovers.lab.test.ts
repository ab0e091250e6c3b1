/** What an agent leaves in the tree: it is delivered or named, and the next run of the service finds a tree of its own. */
import { describe } from "@effect/vitest"
import { lab } from "./Lab.ts"

const done = "echo work > work.txt"
const delivers = { "work.txt": "work" }
const commits = "git add -A && git commit -qm Work"
const conflict = "git checkout -qb other && echo a > same && git add . && git commit -qm A && git checkout -q - && " +
  "echo b > same && git add . && git commit -qm B"

describe("a repository in the repository", () => {
  lab([
    {
      name: "that was begun and has no commit is delivered as files",
      agent: "mkdir app && cd app && git init -q && echo x > app.js",
      ends: "Delivered",
      delivers: { "app/app.js": "x" }
    },
    {
      name: "that was begun deep in a new folder is delivered as files",
      agent: "mkdir -p a/b/c && cd a/b/c && git init -q && echo x > x.js && echo y > ../y.js",
      ends: "Delivered",
      delivers: { "a/b/c/x.js": "x", "a/b/y.js": "y" }
    },
    {
      name: "in a repository in the repository is delivered as files",
      agent: "mkdir -p a && cd a && git init -q && echo x > x && mkdir b && cd b && git init -q && echo y > y",
      ends: "Delivered",
      delivers: { "a/x": "x", "a/b/y": "y" }
    },
    {
      name: "with a commit is delivered as files",
      agent: `${done}; mkdir -p vendor/lib && cd vendor/lib && git init -q && echo lib > lib.c && ${commits}`,
      ends: "Delivered",
      delivers: { ...delivers, "vendor/lib/lib.c": "lib" }
    },
    {
      name: "that the agent has committed as a link is delivered as files",
      agent: `mkdir -p vendor/lib && (cd vendor/lib && git init -q && echo lib > lib.c && ${commits}) && ${commits}`,
      ends: "Delivered",
      delivers: { "vendor/lib/lib.c": "lib" }
    },
    {
      name: "that is a clone of another is left out, and named",
      agent: `${done}; git clone -q "$(git config remote.origin.url)" reference`,
      ends: "Delivered",
      delivers: { ...delivers, "reference/README.md": undefined },
      says: ["Left out: reference"]
    },
    {
      name: "that is a clone of another is no work",
      agent: "git clone -q \"$(git config remote.origin.url)\" reference",
      ends: "NoChanges",
      says: ["Left out: reference"]
    },
    {
      name: "that is a clone which the agent has committed as a link is taken out, and named",
      agent: `${done}; git clone -q "$(git config remote.origin.url)" reference; ${commits}`,
      ends: "Delivered",
      delivers: { ...delivers, reference: undefined },
      says: ["Left out: reference"]
    },
    {
      name: "that is only such a link is no work",
      agent: `git clone -q "$(git config remote.origin.url)" reference; ${commits}`,
      ends: "NoChanges",
      says: ["Left out: reference"]
    },
    {
      name: "that is gone and has left its link is no work",
      agent:
        `mkdir lib && (cd lib && git init -q && echo x > x && ${commits}) && ${commits} && rm -rf lib && mkdir lib`,
      ends: "NoChanges"
    },
    {
      name: "that is a worktree of the clone is left out, and named",
      agent: `${done}; git worktree add -q trees/one -b one`,
      ends: "Delivered",
      delivers: { ...delivers, "trees/one/README.md": undefined },
      says: ["Left out: trees/one"]
    },
    {
      name: "that is a locked worktree stops nobody",
      agent: `${done}; git worktree add -q trees/one -b one && git worktree lock trees/one`,
      ends: "Delivered",
      delivers
    },
    {
      name: "that the agent's CLI has made for itself is no work",
      agent:
        "git worktree add -q .claude/worktrees/one -b one && mkdir -p .claude && echo {} > .claude/settings.local.json",
      ends: "NoChanges"
    },
    {
      name: "with a link in place of .git is left out",
      agent: `${done}; mkdir odd && ln -s ../.git odd/.git && echo x > odd/x`,
      ends: "Delivered",
      delivers
    },
    {
      name: "without a working tree is files",
      agent: "git init -q --bare store.git && echo x > store.git/description",
      ends: "Delivered",
      delivers: { "store.git/description": "x" }
    },
    {
      name: "that an agent has registered as a submodule of this machine is delivered as files",
      agent: `git init -q ../lib && (cd ../lib && echo x > x && ${commits}) && ` +
        `git -c protocol.file.allow=always submodule add -q "$PWD/../lib" lib && ${commits}`,
      ends: "Delivered",
      delivers: { lib: undefined }
    }
  ])
})

describe("an odd file", () => {
  lab([
    {
      name: "that is a pipe is not taken",
      agent: `${done}; mkfifo pipe`,
      ends: "Delivered",
      delivers: { ...delivers, pipe: undefined }
    },
    {
      name: "that is a socket is not taken",
      agent:
        `${done}; ${process.execPath} -e 'require("net").createServer().listen("socket", () => process.kill(process.pid, 9))'`,
      ends: "Delivered",
      delivers: { ...delivers, socket: undefined }
    },
    { name: "alone is no work", agent: "mkfifo pipe", ends: "NoChanges" },
    {
      name: "that is a pipe in place of a file takes the file away",
      agent: `${done}; rm README.md; mkfifo README.md`,
      ends: "Delivered",
      delivers
    },
    {
      name: "that is a pipe in place of .gitignore stops nobody",
      agent: `${done}; rm -f .gitignore; mkfifo .gitignore`,
      ends: "Delivered",
      delivers
    },
    {
      name: "that is a pipe in place of .gitattributes stops nobody",
      agent: `${done}; mkfifo .gitattributes`,
      ends: "Delivered",
      delivers
    },
    {
      name: "that is a pipe in place of .gitmodules stops nobody",
      agent: `${done}; mkfifo .gitmodules`,
      ends: "Delivered",
      delivers
    },
    {
      name: "that nobody may read is delivered",
      agent: `${done}; echo x > secret; chmod 000 secret`,
      ends: "Delivered",
      delivers: { ...delivers, secret: "x" }
    },
    {
      name: "in a folder that nobody may read is delivered",
      agent: `${done}; mkdir -p deep/er; echo x > deep/er/x; chmod 000 deep/er deep`,
      ends: "Delivered",
      delivers: { ...delivers, "deep/er/x": "x" }
    },
    {
      name: "in a folder that nobody may write is delivered, and gone for the next",
      agent: `${done}; mkdir fixed; echo x > fixed/x; chmod 555 fixed`,
      ends: "Delivered",
      delivers: { ...delivers, "fixed/x": "x" }
    },
    {
      name: "of more than 100 MB is left out, and named",
      agent: `${done}; truncate -s 101M big.bin`,
      ends: "Delivered",
      delivers: { ...delivers, "big.bin": undefined },
      says: ["Left out: big.bin (larger than 100 MB)"]
    },
    {
      name: "of more than 100 MB alone is no work",
      agent: "truncate -s 101M big.bin",
      ends: "NoChanges",
      says: ["big.bin"]
    },
    {
      name: "with a line break in its name is delivered",
      agent: `${done}; echo x > $'two\\nlines'`,
      ends: "Delivered",
      delivers: { ...delivers, "two\nlines": "x" }
    },
    {
      name: "with quotes, spaces and stars in its name is delivered",
      agent: `${done}; echo x > ' "odd" *[a] \\ name '`,
      ends: "Delivered",
      delivers: { ...delivers, " \"odd\" *[a] \\ name ": "x" }
    },
    {
      name: "whose name is no UTF-8 stops nobody",
      agent: `${done}; echo x > $'caf\\xe9'`,
      ends: "Delivered",
      delivers
    },
    {
      name: "whose folder's name is no UTF-8 stops nobody",
      agent: `${done}; mkdir $'\\xff\\xfe'; echo x > $'\\xff\\xfe/x'`,
      ends: "Delivered",
      delivers
    },
    {
      name: "whose name begins with a colon or a dash is delivered",
      agent: `${done}; echo x > ':(exclude)y'; echo y > -rf`,
      ends: "Delivered",
      delivers: { ...delivers, ":(exclude)y": "x", "-rf": "y" }
    },
    {
      name: "whose name differs from another's in its case alone is delivered beside it",
      agent: `echo a > same.txt; echo b > SAME.txt; ${done}`,
      ends: "Delivered",
      delivers: { ...delivers, "same.txt": "a", "SAME.txt": "b" }
    },
    {
      name: "that git refuses for its name is left out, and named",
      agent: `${done}; mkdir .GIT; echo x > .GIT/config`,
      ends: "Delivered",
      delivers
    },
    {
      name: "that is a link to nothing is delivered",
      agent: `${done}; ln -s /nonexistent away`,
      ends: "Delivered",
      delivers: { ...delivers, away: "/nonexistent" }
    },
    {
      name: "that is a link in a circle is delivered",
      agent: `${done}; ln -s round round`,
      ends: "Delivered",
      delivers: { ...delivers, round: "round" }
    },
    {
      name: "in place of a folder is delivered",
      agent: "rm -rf src && echo x > src",
      ends: "Delivered",
      delivers: { src: "x" }
    },
    {
      name: "that is a folder in place of a file is delivered",
      agent: "rm README.md && mkdir README.md && echo x > README.md/x",
      ends: "Delivered",
      delivers: { "README.md/x": "x" }
    },
    {
      name: "is every file, taken away",
      agent: "find . -path ./.git -prune -o -type f -print | grep -v '^./task/' | xargs rm",
      ends: "Delivered",
      delivers: { "README.md": undefined }
    }
  ])
})

describe("an unfinished operation", () => {
  lab([
    {
      name: "of the index is taken for what it is",
      agent: `${done}; touch .git/index.lock .git/HEAD.lock .git/refs/heads/x.lock`,
      ends: "Delivered",
      delivers
    },
    {
      name: "that has cut the index short is mended",
      agent: `${done}; head -c 20 .git/index > .git/i; mv .git/i .git/index`,
      ends: "Delivered",
      delivers
    },
    { name: "that has emptied the index is mended", agent: `${done}; : > .git/index`, ends: "Delivered", delivers },
    {
      name: "of a merge is concluded",
      agent: `${conflict}; git merge -q other || true; echo ab > same`,
      ends: "Delivered",
      delivers: { same: "ab" }
    },
    {
      name: "of a rebase ends on the branch",
      agent: `${conflict}; git rebase -q other || true`,
      ends: "Delivered",
      delivers: { same: "b" }
    },
    {
      name: "of a cherry-pick ends on the branch",
      agent: `${conflict}; git cherry-pick other || true`,
      ends: "Delivered",
      delivers: { same: "b" }
    },
    {
      name: "of a revert ends on the branch",
      agent: `${conflict}; echo c > same; git commit -qam C; git revert --no-edit HEAD~1 || true`,
      ends: "Delivered",
      delivers: { same: "c" }
    },
    {
      name: "of a bisect ends on the branch",
      agent: `${done}; ${commits}; git bisect start -q; git bisect bad; git bisect good HEAD~1 || true`,
      ends: "Delivered",
      delivers
    },
    {
      name: "of an am ends on the branch",
      agent: `${done}; ${commits}; git format-patch -q -1 --stdout > ../p; git am -q ../p || true`,
      ends: "Delivered",
      delivers
    },
    {
      name: "that has detached HEAD is on the branch",
      agent: `git checkout -q --detach; ${done}; ${commits}`,
      ends: "Delivered",
      delivers
    },
    {
      name: "on another branch is on the run's",
      agent: `git checkout -qb elsewhere; ${done}; ${commits}`,
      ends: "Delivered",
      delivers
    },
    {
      name: "that has taken the run's branch away is on it",
      agent: `${done}; ${commits}; b=$(git branch --show-current); git checkout -q --detach; git branch -qD "$b"`,
      ends: "Delivered",
      delivers
    },
    {
      name: "that has renamed the run's branch is on it",
      agent: `${done}; ${commits}; git branch -m mine`,
      ends: "Delivered",
      delivers
    },
    {
      name: "that has put main onto other commits is on the branch",
      agent: `git checkout -qB main; ${done}; ${commits}`,
      ends: "Delivered",
      delivers
    },
    {
      name: "with a stash and a change delivers the change",
      agent: `${done}; git add -A; git stash -q; echo more > more.txt`,
      ends: "Delivered",
      delivers: { "more.txt": "more" }
    },
    {
      name: "that has cut the tree to a part takes nothing away",
      agent: `git sparse-checkout set --no-cone /src; ${done}`,
      ends: "Delivered",
      delivers
    }
  ])
})

describe("a setting of the agent's", () => {
  lab([
    {
      name: "that calls the clone bare stops nobody",
      agent: `${done}; git config core.bare true`,
      ends: "Delivered",
      delivers
    },
    {
      name: "that puts the tree elsewhere stops nobody",
      agent: `${done}; mkdir ../else; git config core.worktree "$PWD/../else"`,
      ends: "Delivered",
      delivers
    },
    {
      name: "that cannot be read stops nobody",
      agent: `${done}; echo '[[[' > .git/config`,
      ends: "Delivered",
      delivers
    },
    { name: "that is gone stops nobody", agent: `${done}; rm .git/config`, ends: "Delivered", delivers },
    {
      name: "of a newer git stops nobody",
      agent: `${done}; git config core.repositoryformatversion 1; git config extensions.future true`,
      ends: "Delivered",
      delivers
    },
    {
      name: "that has another origin delivers to the run's",
      agent: `${done}; git remote set-url origin https://git.example.invalid/x`,
      ends: "Delivered",
      delivers
    },
    {
      name: "that has no origin delivers to the run's",
      agent: `${done}; git remote remove origin`,
      ends: "Delivered",
      delivers
    },
    {
      name: "for hooks runs none",
      agent:
        `${done}; printf '#!/bin/sh\\nexit 1\\n' > .git/hooks/pre-commit 2>/dev/null || (mkdir -p .git/hooks; printf '#!/bin/sh\\nexit 1\\n' > .git/hooks/pre-commit); chmod +x .git/hooks/pre-commit`,
      ends: "Delivered",
      delivers
    },
    {
      name: "for another folder of hooks runs none",
      agent:
        `${done}; mkdir h; printf '#!/bin/sh\\nexit 1\\n' > h/commit-msg; chmod +x h/commit-msg; git config core.hooksPath h`,
      ends: "Delivered",
      delivers
    },
    {
      name: "for signatures signs nothing",
      agent: `${done}; git config commit.gpgsign true; git config gpg.program false`,
      ends: "Delivered",
      delivers
    },
    {
      name: "for a monitor starts none",
      agent: `${done}; git config core.fsmonitor /bin/false`,
      ends: "Delivered",
      delivers
    }
  ])
})
