/** What outlives a pod: remotes, the workspace, the forge's record. Of each scenario one is made, and each case has a copy. */
import { randomBytes } from "node:crypto"
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fakeClaude } from "../fixtures/FakeClaude.ts"
import type { Pull } from "../fixtures/github/Resources.ts"
import { demoRemotes, git, removeFolder, tempFolder } from "../fixtures/Remotes.ts"

export interface World {
  readonly folder: string
  /** Never the same twice: what a run leaves behind is found by it, on the whole machine. */
  readonly uid: string
  readonly target: string
  readonly docs: string
  readonly workspace: string
  readonly agent: string
  readonly pulls: Array<Pull>
  /** Commits of the agent so far, each with the attempt that it was made in. */
  readonly commits: () => ReadonlyArray<string>
}

/** What the agent does: asks its model before each step, as one does, and notes its commits outside of the workspace. */
const script = `
ask() {
  local url=\${ANTHROPIC_BASE_URL#http://} status body
  local host=\${url%%/*}; local path=\${url#"$host"}
  for try in 1 2 3; do
    status=0
    if exec 3<>"/dev/tcp/\${host%:*}/\${host#*:}"; then
      body='{"model":"'$model'","max_tokens":10,"messages":[{"role":"user","content":"What next?"}]}'
      printf 'POST %s/v1/messages HTTP/1.1\\r\\nhost: %s\\r\\nx-api-key: %s\\r\\nanthropic-version: 2023-06-01\\r\\ncontent-type: application/json\\r\\ncontent-length: %d\\r\\nconnection: close\\r\\n\\r\\n%s' \\
        "$path" "$host" "$ANTHROPIC_API_KEY" \${#body} "$body" >&3
      read -r _ status _ <&3 || status=0
      while read -r _ <&3; do :; done
      exec 3>&-
    fi
    [ "$status" = 200 ] && return 0
  done
  failure server_error
  result '"subtype":"success","is_error":true,"api_error_status":529,"num_turns":1,"result":"Overloaded"'
  exit 1
}
keep; init; say Hello
ask
n=1
while [ $n -le "$FAULT_COMMITS" ]; do
  if [ "$TASK_TYPE" = docs ]; then
    mkdir -p .taskmaster/docs/task-$n; echo "task $n" > .taskmaster/docs/task-$n/task.md
  elif ! git cat-file -e "HEAD:work-$n.txt" 2>/dev/null; then
    echo "work $n" > work-$n.txt
    git add work-$n.txt && git commit -qm "Work $n" && git rev-parse HEAD >> "$here/commits"
    if [ "$FAULT_AGENT" = pushes ]; then git push -q origin HEAD 2>/dev/null; fi
  fi
  ask
  n=$((n + 1))
done
if [ "$FAULT_AGENT" = "leaves a file" ]; then echo left > left.txt; fi
done_ "Did it."
`

const files = {
  "prompt.md": "# Implement task 1 of hello-api\n\nRead task/prompt.md.\n",
  "CLAUDE.md": "# Memory\n",
  "settings.json": "{\"permissions\":{\"deny\":[]}}",
  "mcp.json": "{\"mcpServers\":{}}"
}

const placesIn = (folder: string, uid: string, pulls: Array<Pull>): World => ({
  folder,
  uid,
  target: join(folder, "remotes", "target.git"),
  docs: join(folder, "remotes", "docs.git"),
  workspace: join(folder, "workspace"),
  agent: join(folder, "agent"),
  pulls,
  commits: () => {
    const path = join(folder, "agent", "commits")
    return existsSync(path) ? readFileSync(path, "utf8").split("\n").filter((line) => line !== "") : []
  }
})

/** Remotes of the demo, and nothing else. */
export const newWorld = (): World => {
  const folder = tempFolder()
  const { docs, target } = demoRemotes(join(folder, "remotes"))
  // What a branch had been is what a report may have said.
  for (const remote of [target, docs]) git(remote, "config", "core.logAllRefUpdates", "always")
  mkdirSync(join(folder, "workspace"))
  mkdirSync(join(folder, "credentials"))
  fakeClaude(join(folder, "agent"), script)
  mkdirSync(join(folder, "config"))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, "config", name), text)
  return placesIn(folder, `3f9c2a1b-1111-4222-8333-${randomBytes(6).toString("hex")}`, [])
}

/** The same at the same moment, in a folder of its own. */
export const copyOfWorld = (world: World): World => {
  const folder = tempFolder()
  cpSync(world.folder, folder, { recursive: true, preserveTimestamps: true })
  chmodSync(join(folder, "agent", "claude"), 0o755)
  return placesIn(folder, world.uid, world.pulls.map((pull) => ({ ...pull })))
}

export const removeWorld = ({ folder }: World): void => removeFolder(folder)
