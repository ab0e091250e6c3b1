/** What the agent's own git calls clean is committed by nobody, and what the agent did not touch is not rewritten. */
import { describe } from "@effect/vitest"
import { lab } from "./Lab.ts"

const commits = "git add -A && git commit -qm Work"
const crlf =
  "printf 'one\\r\\ntwo\\r\\n' > f.txt && git add f.txt && git commit -qm CRLF && echo '*.txt text' > .gitattributes && git add .gitattributes"
const work = "echo work > work.md"
const worked = { "work.md": "work" }
const strips = "git config filter.strip.clean 'grep -v OUTPUT'; echo '*.ipynb filter=strip' >> .git/info/attributes"
const book = "printf 'cell\\nOUTPUT secret\\n' > n.ipynb"

describe("ends of lines", () => {
  lab([
    { name: "that only attributes call modified are no work", repository: crlf, agent: "true", ends: "NoChanges" },
    {
      name: "of files that were looked at again are no work",
      repository: crlf,
      agent: "touch f.txt; git status >/dev/null",
      ends: "NoChanges"
    },
    {
      name: "that the agent did not touch stay beside its work",
      repository: crlf,
      agent: work,
      ends: "Delivered",
      delivers: { ...worked, "f.txt": "one\r\ntwo" }
    },
    {
      name: "that the agent has rewritten are its work",
      repository: crlf,
      agent: "printf 'one\\nTWO\\n' > f.txt",
      ends: "Delivered",
      delivers: { "f.txt": "one\nTWO" }
    },
    {
      name: "of many files are no work",
      repository:
        "mkdir many; for i in $(seq 1 300); do printf 'a\\r\\n' > many/$i.txt; done; git add many; git commit -qm Many; echo '* text=auto eol=lf' > .gitattributes; git add .gitattributes",
      agent: "touch many/*",
      ends: "NoChanges"
    },
    {
      name: "as the agent's git converts them are no work",
      repository: "printf 'a\\n' > f.txt; git add f.txt",
      agent: "git config core.autocrlf true; printf 'a\\r\\n' > f.txt; git add f.txt",
      ends: "NoChanges"
    },
    {
      name: "that the agent has normalized and committed are its work",
      repository: crlf,
      agent: "git add --renormalize . && git commit -qm Lines",
      ends: "Delivered",
      delivers: { "f.txt": "one\ntwo" }
    },
    {
      name: "in a repository with eol=crlf are no work",
      repository: "printf 'a\\n' > f.bat; echo '*.bat text eol=crlf' > .gitattributes; git add .",
      agent: "true",
      ends: "NoChanges"
    },
    {
      name: "in UTF-16 are no work",
      repository:
        "printf 'a\\n' | iconv -t UTF-16LE > f.rc; echo '*.rc text working-tree-encoding=UTF-16LE' > .gitattributes; git add .",
      agent: "touch f.rc",
      ends: "NoChanges"
    },
    {
      name: "with $Id$ are no work",
      repository: "echo '$Id$' > f.c; echo '*.c ident' > .gitattributes; git add .",
      agent: "touch f.c",
      ends: "NoChanges"
    }
  ])
})

describe("a filter", () => {
  lab([
    {
      name: "that keeps something out of a commit keeps it out",
      agent: `${strips}; ${book}; ${commits}`,
      ends: "Delivered",
      delivers: { "n.ipynb": "cell" }
    },
    {
      name: "of the agent's user keeps it out",
      agent:
        `git config --global filter.strip.clean 'grep -v OUTPUT'; echo '*.ipynb filter=strip' > .gitattributes; ${book}; ${commits}`,
      ends: "Delivered",
      delivers: { "n.ipynb": "cell" }
    },
    {
      name: "is no reason to commit again what was looked at",
      agent: `${strips}; ${book}; ${commits}; git status > /dev/null; git diff > /dev/null`,
      ends: "Delivered",
      delivers: { "n.ipynb": "cell" }
    },
    {
      name: "keeps uncommitted content out, which is named",
      agent: `${strips}; ${book}; ${work}`,
      ends: "Delivered",
      delivers: { ...worked, "n.ipynb": undefined },
      says: ["n.ipynb (its filter strip is a program"]
    },
    {
      name: "keeps what was added to a committed file out, which is named",
      agent: `${strips}; ${book}; ${commits}; sleep 1.1; echo 'OUTPUT two' >> n.ipynb`,
      ends: "Delivered",
      delivers: { "n.ipynb": "cell" },
      says: ["Left out: n.ipynb"]
    },
    {
      name: "alone keeps uncommitted content out: no work, and named",
      agent: `${strips}; ${book}`,
      ends: "NoChanges",
      says: ["n.ipynb"]
    },
    {
      name: "of a process keeps it out",
      agent: `git config filter.p.process 'true'; echo '*.p filter=p' >> .git/info/attributes; echo x > a.p; ${work}`,
      ends: "Delivered",
      delivers: { ...worked, "a.p": undefined },
      says: ["a.p"]
    },
    {
      name: "without a program is none",
      agent: `echo '*.txt filter=nothing' > .gitattributes; echo x > a.txt`,
      ends: "Delivered",
      delivers: { "a.txt": "x" }
    },
    {
      name: "of LFS without LFS keeps large files out, which are named",
      repository: "echo '*.bin filter=lfs diff=lfs merge=lfs -text' > .gitattributes; git add .",
      agent: `echo content > a.bin; ${work}`,
      ends: "Delivered",
      delivers: { ...worked, "a.bin": undefined },
      says: ["a.bin (its filter lfs"]
    },
    {
      name: "of LFS leaves pointers alone",
      repository:
        "echo '*.bin filter=lfs diff=lfs merge=lfs -text' > .gitattributes; printf 'version https://git-lfs.github.com/spec/v1\\noid sha256:0\\nsize 1\\n' > a.bin; git add .",
      agent: "touch a.bin",
      ends: "NoChanges"
    }
  ])
})

describe("what the agent's git ignores", () => {
  lab([
    {
      name: "by its user's list is no work",
      agent: "mkdir -p ~/.config/git; echo secret.txt > ~/.config/git/ignore; echo x > secret.txt",
      ends: "NoChanges"
    },
    {
      name: "by another list of its user is no work",
      agent: "echo secret.txt > ~/mine; git config --global core.excludesFile '~/mine'; echo x > secret.txt",
      ends: "NoChanges"
    },
    {
      name: "by the clone's list is no work",
      agent: "echo secret.txt >> .git/info/exclude; echo x > secret.txt",
      ends: "NoChanges"
    },
    {
      name: "and was told to take for unchanged is no work",
      agent: "git update-index --assume-unchanged README.md; echo x >> README.md",
      ends: "NoChanges"
    },
    {
      name: "and was told to leave alone is no work",
      agent: "git update-index --skip-worktree README.md; echo x >> README.md",
      ends: "NoChanges"
    },
    { name: "for its mode is no work", agent: "git config core.fileMode false; chmod +x README.md", ends: "NoChanges" },
    {
      name: "that is ignored and tracked all the same is work",
      repository: "echo '*.log' > .gitignore; echo a > a.log; git add -f .",
      agent: "echo b > a.log",
      ends: "Delivered",
      delivers: { "a.log": "b" }
    }
  ])
})

describe("what the agent has staged", () => {
  lab([
    {
      name: "is its work",
      agent: "echo staged > s.txt; git add s.txt",
      ends: "Delivered",
      delivers: { "s.txt": "staged" }
    },
    {
      name: "and then changed is its work as it is now",
      agent: "echo staged > s.txt; git add s.txt; echo now > s.txt",
      ends: "Delivered",
      delivers: { "s.txt": "now" }
    },
    { name: "and then taken away is none", agent: "echo staged > s.txt; git add s.txt; rm s.txt", ends: "NoChanges" },
    {
      name: "as intended is its work",
      agent: "echo x > s.txt; git add -N s.txt",
      ends: "Delivered",
      delivers: { "s.txt": "x" }
    },
    {
      name: "to go and keep on disk is taken as it is on disk",
      agent: "git rm -q --cached README.md",
      ends: "NoChanges"
    },
    { name: "as executable is", agent: "chmod +x README.md", ends: "Delivered" },
    {
      name: "by a rename is its work",
      agent: "git mv README.md READ.md",
      ends: "Delivered",
      delivers: { "README.md": undefined }
    },
    {
      name: "of our own task's files is nobody's",
      agent: `git add -f task; ${work}`,
      ends: "Delivered",
      delivers: { ...worked, "task/prompt.md": undefined }
    },
    {
      name: "and committed of our own task's files is nobody's",
      agent: `git add -f task; git commit -qm Task; ${work}`,
      ends: "Delivered",
      delivers: { ...worked, "task/prompt.md": undefined }
    }
  ])
})
