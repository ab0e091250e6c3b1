/** What there really is after an attempt: on the remote, in the workspace. Asked of git, never of the programs that are judged. */
import { Effect, Stream } from "effect"
import { ChildProcess } from "effect/process"
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { plainEnvironment } from "../fixtures/Remotes.ts"
import { spawnBySmallShell } from "./Shell.ts"
import type { World } from "./World.ts"

/** What a script prints. */
const printed = (folder: string, script: string): Promise<string> =>
  Effect.runPromise(Effect.scoped(Effect.gen(function*() {
    const command = ChildProcess.make("sh", ["-c", script], { cwd: folder, env: plainEnvironment })
    if (command._tag !== "StandardCommand") return ""
    const { exitCode, stdout } = yield* spawnBySmallShell(command, () => {})
    yield* Effect.exit(exitCode)
    return yield* Stream.mkString(Stream.decodeText(stdout))
  })))

export interface Seen {
  /** Commit by branch. */
  readonly heads: ReadonlyMap<string, string>
  /** Of each branch, all that it ever was. */
  readonly wasAt: (branch: string) => ReadonlySet<string>
  /** By branch, the commits that it has. */
  readonly commitsOf: ReadonlyMap<string, ReadonlySet<string>>
  /** Branches that differ from `main`. */
  readonly changed: ReadonlySet<string>
  /** Commits that a name leads to in one of the workspace's clones. */
  readonly inWorkspace: ReadonlySet<string>
  /** Files of the workspace in which a secret is. */
  readonly leaks: ReadonlyArray<string>
}

const linesOf = (text: string | undefined): ReadonlyArray<string> =>
  (text ?? "").split("\n").filter((line) => line !== "")

const script = `
git for-each-ref --format='%(objectname) %(refname:lstrip=2)' refs/heads
echo ==
git for-each-ref --format='%(refname:lstrip=2)' refs/heads | while read -r name; do
  [ "$name" = main ] && continue
  git diff --quiet "main...$name" || echo "changed $name"
  git rev-list "$name" ^main | sed "s#^#$name #"
done
echo ==
for clone in "$WORKSPACE"/target-repo "$WORKSPACE"/target-repo.broken-* "$WORKSPACE"/.orchestrator/kept/*/+.git "$WORKSPACE"/.orchestrator/kept/*/.git; do
  [ -d "$clone" ] || continue
  [ -d "$clone/.git" ] && clone=$clone/.git
  GIT_DIR=$clone git rev-list --ignore-missing --all HEAD 2>/dev/null || GIT_DIR=$clone git rev-list --all 2>/dev/null
done
echo ==
grep -rlF -e "$KEY" -e "$TOKEN" "$WORKSPACE" 2>/dev/null
`

export const lookAt = async (
  world: World,
  remote: string,
  secrets: { readonly key: string; readonly token: string }
): Promise<Seen> => {
  const variables = `WORKSPACE='${world.workspace}'; KEY='${secrets.key}'; TOKEN='${secrets.token}';`
  const [heads, branches, workspace, leaks] = (await printed(remote, variables + script)).split("==\n")
  const commitsOf = new Map<string, Set<string>>()
  const changed = new Set<string>()
  for (const line of linesOf(branches)) {
    const [first = "", second = ""] = line.split(" ")
    if (first === "changed") changed.add(second)
    else commitsOf.set(first, (commitsOf.get(first) ?? new Set()).add(second))
  }
  return {
    heads: new Map(
      linesOf(heads).map((line) => {
        const [commit = "", branch = ""] = line.split(" ")
        return [branch, commit]
      })
    ),
    wasAt: (branch) => {
      const log = join(remote, "logs", "refs", "heads", branch)
      const lines = existsSync(log) ? linesOf(readFileSync(log, "utf8")) : []
      return new Set(lines.flatMap((line) => line.split(" ").slice(0, 2)))
    },
    commitsOf,
    changed,
    inWorkspace: new Set(linesOf(workspace)),
    leaks: linesOf(leaks)
  }
}
