import { assert, describe, it } from "@effect/vitest"
import { withVariables } from "../../src/languages/ShellLexer.ts"
import { runBash } from "../fixtures/Bash.ts"
import { problemsOf, rendered } from "../fixtures/Render.ts"

const body = (source: string) =>
  rendered("shell", source, { x: "v", n: 3, xs: ["a", "b"] }).replace(/^(?:orchestrator_value_\d+='[^']*'\n)+/, "")
const x = "${orchestrator_value_1}"

describe("a text is written as a variable, quoted as its place needs", () => {
  it.each([
    { name: "a word", source: "echo {{x}}", want: `echo "${x}"` },
    { name: "part of a word", source: "echo a{{x}}b", want: `echo a"${x}"b` },
    { name: "an assignment", source: "export A={{x}}", want: `export A="${x}"` },
    { name: "double quotes", source: "echo \"a {{x}} b\"", want: `echo "a ${x} b"` },
    { name: "single quotes around it alone", source: "echo '{{x}}'", want: `echo ''"${x}"''` },
    {
      name: "after quotes that closed",
      source: "echo 'it'\\''s' \"a\\\"b\" {{x}}",
      want: `echo 'it'\\''s' "a\\"b" "${x}"`
    },
    { name: "a substitution in double quotes", source: "a=\"$(echo {{x}})\"", want: `a="$(echo "${x}")"` },
    {
      name: "double quotes in a substitution in double quotes",
      source: "a=\"$(echo \"{{x}}\")\"",
      want: `a="$(echo "${x}")"`
    },
    {
      name: "after a case inside of a substitution",
      source: "a=\"$(case q in a) echo 1;; esac; echo {{x}})\"",
      want: `a="$(case q in a) echo 1;; esac; echo "${x}")"`
    },
    { name: "a process substitution", source: "cat <(echo {{x}})", want: `cat <(echo "${x}")` },
    { name: "a subshell", source: "(cd {{x}} && ls)", want: `(cd "${x}" && ls)` },
    { name: "an array", source: "a=({{x}} b)", want: `a=("${x}" b)` },
    { name: "a here-string", source: "cat <<< {{x}}", want: `cat <<< "${x}"` },
    {
      name: "a here-document",
      source: "cat <<EOF\n{{x}} 'q'\nEOF\necho {{x}}",
      want: `cat <<EOF\n${x} 'q'\nEOF\necho "${x}"`
    },
    {
      name: "a here-document with tabs",
      source: "cat <<-E\n\t{{x}}\n\tE\necho {{x}}",
      want: `cat <<-E\n\t${x}\n\tE\necho "${x}"`
    },
    {
      name: "a substitution in a here-document",
      source: "cat <<EOF\n$(echo {{x}})\nEOF",
      want: `cat <<EOF\n$(echo "${x}")\nEOF`
    },
    {
      name: "after two here-documents of one line",
      source: "cat <<A - <<'B'\n'\nA\n\"\nB\necho {{x}}",
      want: `cat <<A - <<'B'\n'\nA\n"\nB\necho "${x}"`
    },
    {
      name: "a here-document with a line that begins like its end",
      source: "cat <<EOF\nEOFX\n{{x}}\nEOF\n",
      want: `cat <<EOF\nEOFX\n${x}\nEOF\n`
    },
    { name: "a comment", source: "# it's {{x}}\necho {{x}}", want: `# it's <x>\necho "${x}"` },
    { name: "a # that begins no comment", source: "echo a#'b' $# ${#} {{x}}", want: `echo a#'b' $# \${#} "${x}"` },
    {
      name: "after ${} with a brace between apostrophes in double quotes",
      source: "echo \"${a:-it'}'s}\" {{x}}",
      want: `echo "\${a:-it'}'s}" "${x}"`
    },
    {
      name: "after arithmetic",
      source: "i=$(( (1 + 2) << 3 )); ((i++)); echo {{x}}",
      want: `i=$(( (1 + 2) << 3 )); ((i++)); echo "${x}"`
    },
    { name: "after $'...' with an escaped quote", source: "echo $'it\\'s' {{x}}", want: `echo $'it\\'s' "${x}"` },
    { name: "after backticks", source: "a=`echo 'b'`; echo {{x}}", want: `a=\`echo 'b'\`; echo "${x}"` },
    {
      name: "a string comparison",
      source: "[[ {{x}} == b ]] && [ \"{{x}}\" = c ]",
      want: `[[ "${x}" == b ]] && [ "${x}" = c ]`
    },
    {
      name: "a condition in double quotes",
      source: "echo \"a{{#if x}} {{x}}{{else}}none{{/if}}\"",
      want: `echo "a ${x}"`
    },
    {
      name: "a number, anywhere",
      source: "echo {{n}} '{{n}}' `echo {{n}}` $(( {{n}} + 1 ))",
      want: "echo 3 '3' `echo 3` $(( 3 + 1 ))"
    }
  ])("$name", ({ source, want }) => assert.strictEqual(body(source), want))

  it("one variable for each value of a loop, and one for a value that is named twice", () => {
    assert.strictEqual(
      rendered("shell", "#!/bin/sh\n{{#each xs}}echo {{this}}\n{{/each}}echo {{x}} {{x}}\n", {
        x: "v",
        xs: ["a", "b"]
      }),
      "#!/bin/sh\norchestrator_value_1='a'\norchestrator_value_2='b'\norchestrator_value_3='v'\n" +
        "echo \"${orchestrator_value_1}\"\necho \"${orchestrator_value_2}\"\necho \"${orchestrator_value_3}\" \"${orchestrator_value_3}\"\n"
    )
  })

  it("lists and objects as JSON text in one word", () => {
    const { stdout } = runBash(rendered("shell", "printf %s {{json xs}}", { xs: ["it's", "$(id)"] }))
    assert.deepStrictEqual(JSON.parse(stdout), ["it's", "$(id)"])
  })
})

describe("a text is refused where it could be run, or would not be itself", () => {
  it.each([
    { name: "single quotes with other text", source: "jq '.a == {{service}}'" },
    { name: "$'...'", source: "echo $'{{service}}'" },
    { name: "backticks", source: "echo `ls {{service}}`" },
    { name: "arithmetic expansion", source: "echo $(( {{service}} ))" },
    { name: "an arithmetic command", source: "(( {{service}} > 1 ))" },
    { name: "a parameter expansion", source: "echo ${a:-{{service}} }" },
    { name: "a here-document with a quoted delimiter", source: "cat <<'EOF'\n{{service}}\nEOF" },
    { name: "the delimiter of a here-document", source: "cat <<{{service}}\nx" },
    { name: "behind $", source: "echo ${{service}}" },
    { name: "behind a backslash", source: "echo \\\\{{service}}" },
    { name: "an array subscript", source: "echo a[{{service}}]" },
    { name: "a numeric test", source: "[[ {{service}} -eq 1 ]]" },
    { name: "a numeric test, on the right", source: "[[ 1 -lt \"{{service}}\" ]]" },
    { name: "eval", source: "eval \"echo {{service}}\"" },
    { name: "trap", source: "trap \"rm -r {{service}}\" EXIT" },
    { name: "a shell's -c", source: "bash -c {{service}}" },
    { name: "a text for another interpreter", source: "python3 -c \"print('{{service}}')\"" },
    { name: "eval behind a keyword", source: "if true; then eval {{service}}; fi" },
    { name: "trap with several commands", source: "trap \"rm a; rm {{service}} | cat\" EXIT" },
    { name: "a shell's -c behind a wrapper", source: "FOO=1 timeout 5 /bin/bash -euo pipefail -c \"ls {{service}}\"" },
    { name: "a pattern of sed", source: "echo a | sed \"s/a/{{service}}/\"" },
    { name: "a remote shell", source: "ssh host ls {{service}}" },
    { name: "the name of a variable", source: "declare {{service}}" },
    { name: "the name of a variable for printf", source: "printf -v {{service}} x" },
    { name: "a quote that only one branch closes", source: "echo \"a{{#if service}}\"{{/if}} {{model}}" },
    { name: "a quote that a loop opens", source: "echo {{#each permissions.allow}}\"{{/each}} {{model}}" },
    {
      name: "a quote that a loop opens on both of its ways",
      source: "echo {{#each permissions.allow}}\"{{else}}\"{{/each}} {{model}}\""
    },
    { name: "a quote that stays open", source: "echo {{service}} \"a" },
    { name: "a here-document that stays open", source: "cat <<EOF\n{{service}}" }
  ])(
    "$name",
    ({ source }) =>
      assert.deepStrictEqual(problemsOf("shell", `true\n${source}`).map(({ reason }) => reason)[0], "Placement")
  )

  it("but not where the line only mentions such a command", () => {
    const source = [
      "echo \"let us eval {{service}}\" | sed 's/a/b/' && echo \"Cloned {{service}} [{{model}}]\"",
      "eval \"$(ssh-agent -s)\"; git clone --branch \"{{docs_branch}}\" -- {{docs_repository_url}} docs",
      "bash ./script.sh {{service}} \"--model={{model}}\"; find . -name \"*{{service}}*\"",
      "export SERVICE={{service}} A=\"x {{model}}\"; declare -r b={{branch}}",
      "ssh-keyscan github.com >> known_hosts; [[ \"{{branch}}\" == \"main\" ]] && [[ $# -eq 1 ]]"
    ].join("\n")
    assert.deepStrictEqual(problemsOf("shell", source), [])
  })

  it("with the line", () =>
    assert.deepStrictEqual(problemsOf("shell", "true\n\neval {{service}}\n").map(({ line }) => line), [3]))

  it("but a script without values may be whatever it wants", () =>
    assert.deepStrictEqual(problemsOf("shell", "echo \"it's `open"), []))
})

describe("variables are assigned", () => {
  it.each([
    { name: "behind the first line", script: "#!/bin/bash\nset -e\n", want: "#!/bin/bash\nv='a'\nset -e\n" },
    { name: "behind a first line that does not end", script: "#!/bin/bash", want: "#!/bin/bash\nv='a'\n" },
    { name: "at the top without one", script: "set -e\n", want: "v='a'\nset -e\n" }
  ])(
    "$name",
    ({ script, want }) => assert.strictEqual(withVariables(script, ["a"]).replace("orchestrator_value_1", "v"), want)
  )
})
