/** Scripts of a template's author in which a text of a run would be run, and those in which it stays a text. */
import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import { compileTemplates } from "../src/Renderer.ts"
import { runBash } from "./fixtures/Bash.ts"
import { defaultTemplates } from "./fixtures/DefaultTemplates.ts"
import { withText } from "./fixtures/Leaves.ts"
import { payloads } from "./fixtures/Payloads.ts"
import { problemsOf } from "./fixtures/Render.ts"
import { someCodeInputs } from "./fixtures/Runs.ts"

const x = "{{service}}"

describe("a text that bash or another program would run is refused", () => {
  it.each<readonly [string, string]>([
    // One command over several lines.
    ["eval, continued", `eval \\\n  ${x}`],
    ["eval, continued in quotes", `eval "\n${x}\n"`],
    ["eval, continued twice", `eval \\\n\\\n "echo" \\\n ${x}`],
    ["eval of a substitution", `eval "$(echo ${x})"`],
    ["eval of a substitution over lines", `eval "$(\n  echo ${x}\n)"`],
    ["eval behind a command", `command eval ${x}`],
    ["eval behind builtin", `builtin eval ${x}`],
    ["eval by a name in quotes", `"eval" ${x}`],
    ["eval by a name with a backslash", `\\eval ${x}`],
    ["eval by a name in pieces", `e'va'l ${x}`],
    ["a shell's -c over lines", `bash -c "\n  ls ${x}\n"`],
    ["a shell's -c, continued", `bash \\\n -c \\\n ${x}`],
    ["a shell's -c among options", `bash -e -u -o pipefail -c ${x}`],
    ["a shell's -c with others", `bash -lc ${x}`],
    ["a shell's +c", `bash +c ${x}`],
    ["a shell by env", `env A=b bash -c ${x}`],
    ["a shell by exec", `exec bash -c ${x}`],
    ["exec with a name", `exec -a n bash -c ${x}`],
    ["a shell by its path", `/usr/bin/env bash -c ${x}`],
    ["a shell in the shell", `bash -c 'sh -c ${x}'`],
    ["trap over lines", `trap "\n rm ${x}\n" EXIT`],
    ["trap in single quotes", `trap 'rm ${x}' EXIT`],
    // What a shell reads.
    ["a pipe into a shell", `echo ${x} | bash`],
    ["a pipe into a shell that reads", `echo ${x} | sh -s`],
    ["a pipe over lines", `echo ${x} |\n  bash`],
    ["a pipe behind text commands", `echo ${x} | tr a b | cat | bash`],
    ["a pipe of errors", `echo ${x} |& bash`],
    ["a pipe into xargs", `echo ${x} | xargs sh -c`],
    ["a pipe into xargs that names", `echo ${x} | xargs -I{} rm {}`],
    ["a pipe into a remote shell", `echo ${x} | ssh host`],
    ["a pipe into an interpreter", `echo ${x} | python3 -`],
    ["a pipe into sudo", `echo ${x} | sudo bash`],
    ["a pipe into env", `echo ${x} | env bash`],
    ["a pipe into a group", `echo ${x} | { bash; }`],
    ["a pipe into a subshell", `echo ${x} | (bash)`],
    ["a pipe into a loop", `echo ${x} | while read -r l; do eval "$l"; done`],
    ["a pipe into a function", `f() { bash; }\necho ${x} | f`],
    ["a pipe out of a group", `{ echo a; echo ${x}; } | bash`],
    ["a pipe out of a loop", `for i in a; do echo ${x}; done | bash`],
    ["a pipe out of a condition", `if true; then echo ${x}; fi | bash`],
    ["a pipe out of a function", `f() { echo ${x}; }\nf | bash`],
    ["a pipe out of a function of a function", `f() { echo ${x}; }\ng() { f; }\ng | bash`],
    ["a function's words", `f() { echo ${x}; }\neval "$(f)"`],
    ["a function's words in arithmetic", `f() { echo ${x}; }\n(( $(f) > 1 ))`],
    ["a function's words as a subscript", `f() { echo ${x}; }\na[$(f)]=1`],
    ["a function's words as a number", `f() { echo ${x}; }\ndeclare -i n="$(f)"`],
    ["a function's words as a command", `f() { echo ${x}; }\n$(f)`],
    ["a pipe into sed that runs", `echo ${x} | sed e`],
    ["a pipe into sed that runs what it replaced", `echo ${x} | sed 's/a/b/e'`],
    ["a pipe into sed with a script's file", `echo ${x} | sed -f script`],
    ["a pipe into awk that runs", `echo ${x} | awk '{ system($0) }'`],
    ["a pipe into awk that pipes", `echo ${x} | awk '{ print | "sh" }'`],
    ["a pipe into sort that starts a program", `echo ${x} | sort --compress-program=sh`],
    ["a here-string", `bash <<< ${x}`],
    ["a here-string in quotes", `bash <<< "ls ${x}"`],
    ["a here-document", `bash <<EOF\n${x}\nEOF`],
    ["a here-document with tabs", `sh -s <<-EOF\n\t${x}\n\tEOF`],
    ["a here-document by pipe", `cat <<EOF | bash\n${x}\nEOF`],
    ["a here-document of a remote shell", `ssh host <<EOF\n${x}\nEOF`],
    ["a here-document of an interpreter", `python3 - <<EOF\nprint("${x}")\nEOF`],
    ["a here-document of a group", `{ bash; } <<EOF\n${x}\nEOF`],
    ["the second of two here-documents", `cat <<A; bash <<B\na\nA\n${x}\nB`],
    ["a substitution in a here-document of a shell", `bash <<EOF\n$(echo ${x})\nEOF`],
    ["source of a stream", `echo ${x} | source /dev/stdin`],
    ["a dot", `. <(echo ${x})`],
    ["source of a substitution", `source <(echo ${x})`],
    ["a shell of a substitution", `bash <(echo ${x})`],
    ["a shell that reads a substitution", `bash < <(echo ${x})`],
    ["a substitution that is written to", `echo ${x} > >(bash)`],
    ["tee into a shell", `echo ${x} | tee >(bash)`],
    ["everything into a shell", `exec > >(bash)\necho ${x}`],
    ["a coprocess", `coproc bash -c ${x}`],
    ["a file that is run", `echo ${x} > run.sh`],
    ["a here-document into a file that is run", `cat > "$HOME/x.sh" <<EOF\n${x}\nEOF`],
    ["a hook", `cat <<EOF > .git/hooks/pre-commit\n${x}\nEOF`],
    ["a shell's start", `echo ${x} >> ~/.bashrc`],
    ["git's settings", `echo ${x} >> ~/.gitconfig`],
    ["a file that another text names", `echo ${x} > "$HOME/${x}"`],
    ["tee into a file that another text names", `echo ${x} | tee ${x}`],
    ["a function that runs its arguments", `run() { "$@"; }\nrun ${x}`],
    ["a function that evaluates its argument", `f() { local a=$1; eval "$a"; }\nf ${x}`],
    ["a function that gives its argument to a shell", `f() { bash -c "$1"; }\nf ${x}`],
    ["a function that counts with its argument", `f() { (( $1 > 1 )); }\nf ${x}`],
    ["a function that compares its argument", `f() { [[ $1 -gt 1 ]]; }\nf ${x}`],
    ["a function that runs what runs", `retry() { "$@"; }\nretry bash -c ${x}`],
    ["a function that runs eval", `retry() { "$@"; }\nretry 3 eval ${x}`],
    ["a function that runs git with settings", `retry() { "$@"; }\nretry git -c ${x} fetch`],
    ["tee into a file that is run", `echo ${x} | tee run.sh`],
    // What bash evaluates.
    ["the name of a command", `${x} --help`],
    ["part of the name of a command", `tool-${x} --help`],
    ["the name of a command in quotes", `"${x}"`],
    ["a substitution as a command", `$(echo ${x})`],
    ["a command that is known only when it runs", `"$tool" ${x}`],
    ["an alias", `shopt -s expand_aliases\nalias echo=eval\necho ${x}`],
    ["a number", `declare -i n=${x}`],
    ["a number, later", `declare -i n\nn=${x}`],
    ["a number in a function", `f() { local -i n; n=${x}; }`],
    ["a number, exported", `declare -ix n=${x}`],
    ["typeset -i", `typeset -i n=${x}`],
    ["a number that a loop sets", `declare -i n\nfor n in ${x}; do :; done`],
    ["a number that read sets", `declare -i n\nread -r n <<< ${x}`],
    ["a name for another variable", `declare -n n=${x}`],
    ["an array from a text", `declare -a a=${x}`],
    ["a local array from a text", `f() { local -a a="${x}"; }`],
    ["let", `let n=${x}`],
    ["let in quotes", `let "n = ${x} + 1"`],
    ["old arithmetic", `echo $[ ${x} ]`],
    ["arithmetic in quotes", `echo "$(( ${x} + 1 ))"`],
    ["an arithmetic loop", `for (( i = 0; i < ${x}; i++ )); do :; done`],
    ["a numeric test", `[[ ${x} -eq 1 ]]`],
    ["a numeric test over lines", `[[ a == b ||\n ${x} -eq 1 ]]`],
    ["a numeric test on the right", `[[ 1 -lt ${x} ]]`],
    ["a numeric test in brackets", `[ ${x} -gt 1 ]`],
    ["a test of a variable", `[[ -v ${x} ]]`],
    ["a test of a reference", `[[ -R ${x} ]]`],
    ["test -v", `test -v ${x}`],
    ["test of a variable's element", `test -v 'a[${x}]'`],
    ["two words of a test, of which one can be an operator", `[ ${x} ${x} ]`],
    ["a test with and", `[ ${x} = a -a -v ${x} ]`],
    ["an array's subscript", `a[${x}]=1`],
    ["an array's subscript in quotes", `a["${x}"]=1`],
    ["a subscript in an array's list", `a=([${x}]=1)`],
    ["unset of an element", `unset 'a[${x}]'`],
    ["unset", `unset ${x}`],
    ["printf -v", `printf -v ${x} y`],
    ["printf -v over lines", `printf \\\n -v \\\n ${x} y`],
    ["printf -v of an element", `printf -v 'a[${x}]' y`],
    ["printf -v of what prompts", `printf -v PS4 '%s' ${x}`],
    ["read into a name", `read -r ${x} <<< a`],
    ["mapfile into a name", `mapfile -t ${x} < /dev/null`],
    ["mapfile with a callback", `mapfile -C ${x} -c 1 a < /dev/null`],
    ["a parameter's default", `: "\${A:=${x} }"`],
    ["a parameter's subscript", `echo "\${a[${x}]}"`],
    ["export of a name", `export ${x}`],
    ["a name of several", `export A=b ${x}`],
    ["an exported function", `export -f ${x}`],
    ["PS4", `PS4=${x}\nset -x`],
    ["PROMPT_COMMAND", `PROMPT_COMMAND=${x}`],
    ["BASH_ENV", `export BASH_ENV=${x}`],
    ["BASH_ENV for one command", `BASH_ENV=${x} bash x.sh`],
    ["ENV by env", `env ENV=${x} sh x.sh`],
    ["PATH", `PATH=${x}:$PATH`],
    ["a number that bash counts", `RANDOM=${x}`],
    ["where options are", `OPTIND=${x}`],
    ["a loop over prompts", `for PS4 in ${x}; do :; done`],
    ["LD_PRELOAD", `export LD_PRELOAD=${x}`],
    ["GIT_SSH_COMMAND", `GIT_SSH_COMMAND=${x} git fetch`],
    ["GIT_CONFIG_COUNT's kind", `export GIT_CONFIG_VALUE_0=${x}`],
    ["EDITOR", `EDITOR=${x} git commit`],
    ["NODE_OPTIONS", `export NODE_OPTIONS=${x}`],
    ["PYTHONSTARTUP", `export PYTHONSTARTUP=${x}`],
    ["$\"...\"", `echo $"a ${x}"`],
    // Other programs that run their arguments.
    ["env -S", `env -S ${x}`],
    ["env's own option", `env --split-string=${x}`],
    ["su", `su -c ${x}`],
    ["sudo", `sudo ls ${x}`],
    ["ssh over lines", `ssh host "\n ls ${x}\n"`],
    ["nohup", `nohup ${x}`],
    ["timeout", `timeout ${x} ls`],
    ["xargs", `xargs -I{} echo ${x} < list`],
    ["watch", `watch ls ${x}`],
    ["flock", `flock lock -c ${x}`],
    ["parallel", `parallel echo ::: ${x}`],
    ["script", `script -c ${x}`],
    ["find -exec", `find . -exec sh -c ${x} \\;`],
    ["find -ok", `find . -ok ${x} \\;`],
    ["node -e", `node -e ${x}`],
    ["node --eval=", `node --eval=${x}`],
    ["node -p among text", `node -p "JSON.parse('${x}')"`],
    ["python -c", `python3 -c ${x}`],
    ["python's module", `python3 -m ${x}`],
    ["perl -e", `perl -e ${x}`],
    ["perl -pe", `perl -pe "s/a/${x}/"`],
    ["ruby -e", `ruby -e ${x}`],
    ["php -r", `php -r ${x}`],
    ["awk", `awk "/${x}/" file`],
    ["awk's program alone", `awk ${x} file`],
    ["sed", `sed -n "/${x}/p" file`],
    ["sed's e", `sed "1e ${x}" file`],
    ["jq's filter", `jq ".a == \\"${x}\\"" file`],
    ["make", `make ${x}`],
    ["npx", `npx ${x}`],
    ["npm's scripts", `npm run ${x}`],
    ["docker", `docker run image ${x}`],
    ["kubectl", `kubectl exec pod -- ${x}`],
    ["tar", `tar ${x} f.tar`],
    ["rsync", `rsync -e ${x} a b:`],
    ["vim", `vim -c ${x}`],
    ["psql", `psql -c ${x}`],
    ["crontab", `echo ${x} | crontab -`],
    ["at", `echo ${x} | at now`],
    ["git -c alias", `git -c alias.x=${x} x`],
    ["git -c alias among text", `git -c alias.x='!ls ${x}' x`],
    ["git -c over lines", `git \\\n -c \\\n core.sshCommand=${x} fetch`],
    ["git --config-env", `git --config-env=${x} fetch`],
    ["git --exec-path", `git --exec-path=${x} fetch`],
    ["git config of an alias", `git config alias.x ${x}`],
    ["git config of a command", `git config --global core.sshCommand ${x}`],
    ["git config of a helper", `git config credential.helper ${x}`],
    ["git config of a name", `git config ${x} y`],
    ["git clone -c", `git clone -c ${x} https://github.com/acme/shop`],
    ["git clone --config=", `git clone --config=${x} https://github.com/acme/shop`],
    ["git clone -u", `git clone -u ${x} https://github.com/acme/shop`],
    ["git clone --template=", `git clone --template=${x} https://github.com/acme/shop`],
    ["git fetch --upload-pack=", `git fetch --upload-pack=${x} origin`],
    ["git fetch --upload-pack", `git fetch --upload-pack ${x} origin`],
    ["git rebase --exec", `git rebase --exec ${x} main`],
    ["git rebase -x", `git rebase -x ${x} main`],
    ["git clone -qu", `git clone -qu ${x} https://github.com/acme/shop`],
    ["git clone --upload-p", `git clone --upload-p ${x} https://github.com/acme/shop`],
    ["git rebase -qx", `git rebase -qx ${x} main`],
    ["git rebase --exe", `git rebase --exe ${x} main`],
    ["git merge -s", `git merge -s ${x} main`],
    ["git grep", `git grep ${x}`],
    ["git submodule foreach", `git submodule foreach ${x}`],
    ["git bisect run", `git bisect run ${x}`],
    ["git filter-branch", `git filter-branch --tree-filter ${x}`],
    ["git difftool", `git difftool -x ${x}`],
    ["a command of git", `git ${x}`],
    ["claude's servers", `claude -p --mcp-config ${x}`],
    ["claude's settings", `claude --settings ${x} -p x`],
    ["gh's aliases", `gh alias set x ${x}`],
    ["gh, for git", `gh repo clone a/b -- ${x}`],
    ["curl's configuration by option", `curl --config=${x} https://example.com`],
    ["keys that may log in", `echo ${x} >> ~/.ssh/authorized_keys`],
    ["a package's scripts", `echo ${x} > package.json`],
    ["curl's configuration", `curl -K - <<EOF\n${x}\nEOF`],
    ["a redirection's file", `echo a > ${x}`],
    ["a file that is read", `cat < ${x}`],
    ["a device", `echo a > /dev/${x}`],
    // Conditions that make the command.
    ["a command that one way makes", `{{#if docs_branch}}eval{{else}}echo{{/if}} ${x}`],
    ["a command that the other way makes", `{{#if docs_branch}}echo{{else}}eval{{/if}} ${x}`],
    ["a pipe that one way makes", `echo ${x} {{#if docs_branch}}| bash{{/if}}`],
    ["a number that one way makes", `{{#unless docs_branch}}declare -i n{{/unless}}\nn=${x}`],
    ["a way below a way", `{{#if docs_branch}}{{#if (eq model "x")}}a{{else}}eval {{service}}{{/if}}{{/if}}`]
  ])("%s", (_, source) => {
    const problems = problemsOf("shell", `true\n${source}\n`)
    assert.isNotEmpty(problems)
    for (const { reason } of problems) assert.strictEqual(reason, "Placement")
  })
})

describe("a refusal", () => {
  it.each<readonly [string, string, number, RegExp]>([
    ["the line of the text, not of the command", `eval \\\n \\\n ${x}`, 3, /eval, which runs its arguments/],
    ["the line in a here-document", `bash <<EOF\n\n${x}\nEOF`, 3, /bash, which may run it/],
    ["what reads the pipe", `echo ${x} |\n tr a b |\n xargs rm`, 1, /xargs/],
    ["the variable", `\nPROMPT_COMMAND=${x}`, 2, /PROMPT_COMMAND/],
    ["the option of git", `git fetch --upload-pack ${x}`, 1, /--upload-pack/],
    ["the command that is not known", `frobnicate ${x}`, 1, /frobnicate/],
    ["the way to write it", `frobnicate ${x}`, 1, /value=\{\{service\}\}.*"\$value"/]
  ])("says %s", (_, source, line, message) => {
    const [problem] = problemsOf("shell", source)
    assert.strictEqual(problem?.line, line)
    assert.match(problem?.message ?? "", message)
    assert.match(problem?.message ?? "", /^\{\{service\}\} /)
  })

  it("is one for each place", () =>
    assert.deepStrictEqual(
      problemsOf("shell", `eval ${x}\neval {{model}}\necho ${x}\nlet ${x}`).map(({ line }) => line),
      [
        1,
        2,
        4
      ]
    ))
})

/** Reasonable lines of templates, each with the text in a place where it stays one. */
const accepted: ReadonlyArray<string> = [
  `echo ${x} "a ${x} b" 'a ${x} b' pre${x}post`,
  `printf '%s\\n' ${x} "${x}"`,
  `NAME=${x}; OTHER="a/${x}"; THIRD='${x}'; A+=("${x}"); B=(${x} "${x}")`,
  `export ONE=${x} TWO="x ${x}"; readonly THREE=${x}; declare -rx FOUR="${x}"; declare -a FIVE=(${x})`,
  `f() { local user="${x}" plain; plain=${x}; printf '%s' "$user$plain" "$1"; }\nf ${x} | tr a-z A-Z | sed 's|https://||' | cut -d/ -f1`,
  `g="$(echo ${x} | sed -n 's/a\\(b\\)c/\\1/p;1d' | awk -F/ '{print $1}')"`,
  `h=$(printf '%s' "${x}" |\n  sort -u |\n  head -n 1)`,
  `[[ ${x} == "${x}" && -n ${x} ]] && [ "${x}" = b ] || [ ! -z ${x} ] || test ${x} != c`,
  `[[ ! -f ${x} && ${x} =~ ^a && "$HOME" < ${x} ]] || true`,
  `if [ "${x}" == "${x}" ]; then echo ${x}; elif [[ -d ${x} ]]; then :; fi`,
  `case ${x} in ${x}) echo ${x} ;; "a ${x}" | b) ;; *) ;; esac`,
  `for i in ${x} "${x}" $(echo "${x}"); do echo "$i"; done`,
  `cat <<EOF\n${x} "${x}" $(echo ${x})\nEOF`,
  `cat <<-EOF > out.txt\n\t${x}\n\tEOF`,
  `cat <<EOF | tr a b | tee -a out.txt > /dev/null\n${x}\nEOF`,
  `read -r first rest <<< ${x}; mapfile -t lines <<< "${x}"`,
  `cat <<< "${x}" < /dev/null`,
  `(cd /tmp && echo ${x}) > out.txt; { echo ${x}; echo b; } | cat`,
  `cat <(echo ${x}) > /dev/null; diff <(echo ${x}) <(echo "${x}")`,
  `ONE=${x} TWO="${x}" env THREE=${x} printf '%s' ok`,
  `timeout 5 echo ${x}; command echo ${x}; nohup echo ${x} > /dev/null 2>&1`,
  `set -- ${x} "${x}"; echo "$#"`,
  `grep -e ${x} /dev/null; grep -F -- ${x} /dev/null; find . -maxdepth 1 -name "*${x}*"`,
  `mkdir -p -- "sub/${x}" 2>/dev/null; cd -- "sub/${x}" 2>/dev/null && cd - > /dev/null`,
  `git -c user.name=${x} -c "user.email=${x}" --version`,
  `git init -q r && git -C r config user.name "by ${x}" && git -C r check-ref-format -- "${x}"`,
  `git -C r commit -q --allow-empty -m ${x} --author="A <a@b.c>" 2>/dev/null`,
  `printf '%s\\n' 'bash ./tool.sh' > s; bash ./s ${x} "--name=${x}" 2>/dev/null`,
  `while read -r l; do echo "$l ${x}"; done < /dev/null; until true; do echo ${x}; done`,
  `echo "it's \${HOME:-it'}'s} ${x}" # ${x} isn't one`,
  `x=1; x="$x ${x}"; echo {a,b}${x} *${x}* ~${x}`,
  `! echo ${x} > /dev/null; time echo ${x}; echo ${x} & wait`,
  `echo ${x} > /dev/null 2>&1 || echo "failed: ${x}" >&2`,
  `{{#if docs_branch}}D="{{docs_branch}}"{{else}}D=${x}{{/if}}; echo "$D"`,
  `for t in {{#each tool_config.remote}}{{this}} {{/each}}; do echo "$t"; done`,
  `git --version {{#if docs_branch}}&& echo "{{docs_branch}}"{{else}}|| echo ${x}{{/if}}`,
  `retry() { local n=$1; shift; "$@"; }; retry 3 git check-ref-format -- ${x}; retry 3 echo ${x}`,
  `log() { printf '%s %s\\n' "$(date +%s)" "$*" >&2; }; log "a ${x}" ${x}`,
  `echo a > "out-${x}" 2> /dev/null || true`,
  `args=({{#each tool_config.local}}--tool {{this}} {{/each}}); echo "\${args[@]}"`
]

const more: Readonly<Record<string, string>> = {
  "an option of printf": "-va[$(touch pwned)]",
  "an option of git": "--upload-pack=touch pwned",
  "a setting of git": "-ccore.sshCommand=touch pwned",
  "a remote of git": "ext::sh -c touch% pwned",
  "a prompt": "${x@P} $(touch pwned) \\$(touch pwned)",
  "an assignment": "PS4=$(touch pwned)",
  "an array": "($(touch pwned))",
  "a brace": "{a,$(touch pwned)}",
  "a tilde and a list": "~/$(touch pwned):`touch pwned`",
  "a subshell": "(touch pwned)",
  "and, or, pipes": "& touch pwned & || touch pwned | touch pwned && touch pwned ;; touch pwned",
  "a redirection": "> pwned >> pwned >| pwned &> pwned",
  "a here-document's line": "EOF\ntouch pwned\nEOF\n\ttouch pwned",
  "a name of a variable of the renderer": "${orchestrator_value_1} $orchestrator_value_2 orchestrator_value_3=x"
}

describe("a text in a place where it stays a text", () => {
  const hostile = Object.entries({ ...payloads, ...more }).filter(([, text]) => text.length < 10_000)

  it.each(accepted)("is accepted: %s", (source) => assert.deepStrictEqual(problemsOf("shell", `${source}\n`), []))

  // One file, so that it runs in the time of one; a name is what the functions above it were.
  const script = ["#!/usr/bin/env bash", ...accepted, "printf 'reached the end'"].join("\n")
  const compiled = compileTemplates("test", { ...defaultTemplates, "code/hooks/user.sh.hbs": script })
  const inputs = [["service"], ["docs_branch"], ["model"], ["tool_config", "remote", 0], ["tool_config", "local", 0]]

  it.each(hostile)("runs nothing, and every line after it is reached: %s", (_, text) => {
    const { render } = Result.getOrThrow(compiled)
    const files = render(inputs.reduce((now, path) => withText(now, path, text), someCodeInputs()))
    const { left, stdout } = runBash(Result.getOrThrow(files)["hooks-user.sh"] ?? "")
    assert.notInclude(left, "pwned")
    assert.isTrue(stdout.endsWith("reached the end"))
  })

  it.each([
    "rm -rf {{service}}",
    "git clone {{service}}",
    "git checkout \"{{service}}\"",
    "cp -- a b && cp {{service}} b",
    "printf {{service}} b",
    "grep {{service}} file",
    "find {{service}} -name a",
    "curl {{service}}"
  ])("fails the run instead of becoming an option: %s", (source) => {
    const options = compileTemplates("test", { ...defaultTemplates, "code/hooks/user.sh.hbs": source })
    const rendered = Result.getOrThrow(options).render(withText(someCodeInputs(), ["service"], "--upload-pack=x"))
    assert.isTrue(Result.isFailure(rendered))
    if (Result.isFailure(rendered)) {
      assert.deepStrictEqual(rendered.failure.problems.map(({ line, reason }) => [line, reason]), [[
        1,
        "Unrepresentable"
      ]])
      assert.include(rendered.failure.message, "service begins with \"-\"")
    }
    assert.isTrue(Result.isSuccess(Result.getOrThrow(options).render(withText(someCodeInputs(), ["service"], "a-b"))))
  })
})

describe("conditions that are only together a hazard", () => {
  // At load each way of one condition is taken, with all others taken or all left out: this one takes two of four.
  const source = `echo ${x} {{#if (eq model "m")}}|{{else}};{{/if}} {{#if (eq github_user "u")}}cat {{/if}}` +
    `{{#if (eq branch "b")}}cat {{/if}}{{#if (eq docs_branch "d")}}bash{{else}}cat{{/if}} < /dev/null\n`
  const compiled = compileTemplates("test", { ...defaultTemplates, "code/hooks/user.sh.hbs": source })
  const scriptOf = (values: Readonly<Record<string, string>>) =>
    Result.getOrThrow(compiled).render(
      Object.entries(values).reduce((now, [name, text]) => withText(now, [name], text), someCodeInputs())
    )

  it("fail the run that meets them", () => {
    const rendered = scriptOf({ model: "m", docs_branch: "d" })
    assert.isTrue(Result.isFailure(rendered))
    if (Result.isFailure(rendered)) {
      assert.deepStrictEqual(rendered.failure.problems.map(({ line, reason }) => [line, reason]), [[1, "Placement"]])
    }
  })

  it.each([{ model: "m" }, { docs_branch: "d" }, { model: "m", docs_branch: "d", branch: "b" }])(
    "and no other run: %o",
    (values) => assert.isTrue(Result.isSuccess(scriptOf(values)))
  )
})
