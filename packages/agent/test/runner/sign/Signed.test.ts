/** Runs of an installation that signs, with the real broker beside them and a remote that takes signed commits only. */
import { afterAll, afterEach, assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { OwnCommand } from "../../../src/runner/sign/CloneSigning.ts"
import { brokerFor } from "../../fixtures/BrokerProcess.ts"
import { fakeClaude } from "../../fixtures/FakeClaude.ts"
import { podProgram } from "../../fixtures/Programs.ts"
import { commitTo, fileOf, filesOf, git, removeFolder } from "../../fixtures/Remotes.ts"
import { codeRun, docsRun, execute, removeShared, type Surroundings, surroundings } from "../../fixtures/Run.ts"
import { commitsOf, noSshKeygen, requireSigned, signingKey, verify } from "../../fixtures/SigningKey.ts"

const program = podProgram("runner")

const branch = "feature/task-1-implementation"

afterAll(removeShared)
let around: Surroundings
afterEach(() => removeFolder(around.folder))

/** A run whose agent does this in its clone; what it says lies in `output` beside it. */
const signedRun = Effect.fnUntraced(function*(
  script: string,
  options: { readonly kind?: "CodeRun" | "DocsRun"; readonly signs?: boolean; readonly before?: () => void } = {}
) {
  around = surroundings()
  const key = signingKey(join(around.folder, "keys"))
  const remote = options.kind === "DocsRun" ? around.remotes.docs : around.remotes.target
  options.before?.()
  requireSigned(remote, key)
  const agent = fakeClaude(
    join(around.folder, "agent"),
    `keep; init; say x\nenv > "$here/env"\n(\nset -e\n${script}\n) </dev/null >"$here/output" 2>&1\ndone_\n`
  )
  const run = options.kind === "DocsRun" ? docsRun(around, {}, agent) : codeRun(around, {}, agent)
  const signs = options.signs ?? true
  const broker = yield* brokerFor(around, run, signs ? { SIGN_COMMITS_OF: "robo-dev" } : {}, {
    "signing-key": key.privateKey
  })
  const { log, result } = yield* execute(broker.environment).pipe(
    Effect.provideService(OwnCommand, [process.execPath, program])
  )
  const output = readFileSync(join(around.folder, "agent", "output"), "utf8")
  return { broker, key, log, output, remote, result }
})

/** Every file below a folder, as one text. */
const textOf = (folder: string): string =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile())
    .map((file) => readFileSync(join(file.parentPath, file.name), "latin1"))
    .join("\n")

describe.skipIf(noSshKeygen !== undefined)("a remote that takes signed commits only", () => {
  it.live("gets them of the agent, which pushes by itself, and of the runner", () =>
    Effect.gen(function*() {
      const { broker, key, log, output, remote, result } = yield* signedRun(
        "echo 1 > one.txt; git add one.txt; git commit -qm One; git push -q; git log -1 --format=%G?; echo 2 > two.txt"
      )
      assert.strictEqual(result.outcome, "Completed", [...log, output].join("\n"))
      assert.includeMembers([...filesOf(remote, branch)], ["one.txt", "two.txt"])
      verify(remote, branch, key)
      assert.strictEqual(commitsOf(remote, branch).at(-1), "One, robo-dev, robo-dev")
      assert.strictEqual(broker.brokerReport().delivery?.headCommit, git(remote, "rev-parse", branch))
      const secret = key.privateKey.split("\n")[1] ?? ""
      assert.isAbove(secret.length, 40)
      const env = readFileSync(join(around.folder, "agent", "env"), "utf8")
      const endpoint = textOf(join(around.folder, "endpoint"))
      for (const text of [env, endpoint, textOf(around.workspace), ...log, ...broker.output, output]) {
        assert.notInclude(text, secret)
      }
      assert.include(endpoint, key.publicKey)
    }))

  it.live("refuses the same work where the installation does not sign", () =>
    Effect.gen(function*() {
      const { output, result } = yield* signedRun("echo 1 > one.txt; git add one.txt; git commit -qm One", {
        signs: false
      })
      assert.include(result.delivery?.pushRefused, "verified signatures", output)
    }))

  it.live("gets what was committed past the signer, merged, and by another committer, signed before it is pushed", () =>
    Effect.gen(function*() {
      const { key, log, output, remote, result } = yield* signedRun(
        [
          "git checkout -qb side; echo s > side.txt; git add side.txt; git commit -q --no-gpg-sign -m Side",
          `git checkout -q ${branch}; echo 1 > one.txt; git add one.txt; git commit -qm Signed`,
          "git -c commit.gpgSign=false merge -q --no-ff -m Both side",
          "echo 2 > two.txt; git add two.txt",
          "GIT_COMMITTER_NAME=Tool GIT_COMMITTER_EMAIL=tool@example.test git commit -q --no-gpg-sign --author='Ann <ann@example.test>' -m Tool",
          "echo 3 > three.txt; git add three.txt",
          "printf 'Caf\\351' | git -c i18n.commitEncoding=ISO-8859-1 commit -q --no-gpg-sign -F -",
          "git commit -q --allow-empty -m After",
          // As another tool writes it: with headers of its own, and an author without a name.
          "parent=$(git rev-parse HEAD) tree=$(git rev-parse HEAD^{tree})",
          "id=$(printf 'tree %s\\nparent %s\\nauthor  <hg@example.test> 1700000000 +0000\\ncommitter Tool <tool@example.test> 1700000000 +0000\\nHG:extra branch:default\\nchange-id kxrmzvyw\\n\\nConverted\\n' $tree $parent | git hash-object -t commit -w --stdin)",
          "git reset -q --soft $id"
        ].join("\n")
      )
      assert.strictEqual(result.outcome, "Completed", [...log, output].join("\n"))
      verify(remote, branch, key)
      assert.sameMembers([...commitsOf(remote, branch)], [
        "Converted, , robo-dev",
        "After, robo-dev, robo-dev",
        "Café, robo-dev, robo-dev",
        "Tool, Ann, robo-dev",
        "Both, robo-dev, robo-dev",
        "Signed, robo-dev, robo-dev",
        "Side, robo-dev, robo-dev"
      ])
      assert.include(git(remote, "cat-file", "commit", branch), "\nHG:extra branch:default\nchange-id kxrmzvyw\n")
      assert.include(log.join("\n"), "signed 6 commits")
      assert.strictEqual(fileOf(remote, branch, "side.txt"), "s")
      assert.strictEqual(git(around.clone, "rev-parse", `refs/heads/${branch}`), git(remote, "rev-parse", branch))
      assert.strictEqual(git(around.clone, "status", "--porcelain", "--untracked-files=no"), "")
    }))

  it.live("keeps what others committed, and signs the merge with it", () =>
    Effect.gen(function*() {
      const { key, log, output, remote, result } = yield* signedRun(
        "git fetch -q origin theirs; git merge -q --no-edit FETCH_HEAD; echo 1 > one.txt",
        { before: () => commitTo(around.remotes.target, "theirs", { "theirs.txt": "t" }) }
      )
      assert.strictEqual(result.outcome, "Completed", [...log, output].join("\n"))
      const theirs = git(remote, "rev-parse", "theirs")
      git(remote, "merge-base", "--is-ancestor", theirs, branch)
      for (const commit of git(remote, "rev-list", `main..${branch}`, "^theirs").split("\n")) {
        git(remote, "-c", `gpg.ssh.allowedSignersFile=${key.allowedSigners}`, "verify-commit", commit)
      }
    }))

  it.live("gets a DocsRun's documents", () =>
    Effect.gen(function*() {
      const { key, log, output, remote, result } = yield* signedRun(
        "mkdir -p .taskmaster/docs/task-1; echo doc > .taskmaster/docs/task-1/task.md",
        { kind: "DocsRun" }
      )
      assert.strictEqual(result.outcome, "Completed", [...log, output].join("\n"))
      verify(remote, result.delivery?.branch ?? "", key)
    }))

  it.live("does not stand in the way of other repositories, and says why a commit is not signed as it is made", () =>
    Effect.gen(function*() {
      const { log, output, result } = yield* signedRun(
        [
          "echo 1 > one.txt; git add one.txt",
          "GIT_COMMITTER_NAME=Tool git commit -qm One || true",
          "mkdir $here/other && cd $here/other && git init -q && GIT_COMMITTER_NAME=Test git commit -q --allow-empty -m Test",
          "git cat-file commit HEAD | grep -c gpgsig || true"
        ].join("\n")
      )
      assert.strictEqual(result.outcome, "Completed", [...log, output].join("\n"))
      assert.include(output, "only commits of the committer robo-dev <robo-dev@users.noreply.github.com> are signed")
      assert.isTrue(output.endsWith("\n0\n"), output)
    }))
})
