/** The rehearsal as a page: each trouble with the commands that found it, and what they printed, without what differs from one time to the next. Pure. */

export interface Shown {
  /** As a person types it. */
  readonly command: string
  readonly output: string
}

export interface Told {
  readonly title: string
  /** What people see first. */
  readonly symptom: string
  readonly alerts: ReadonlyArray<string>
  readonly shown: ReadonlyArray<Shown>
  readonly cause: string
  readonly mend: string
}

const replacements: ReadonlyArray<readonly [RegExp, string]> = [
  // Escapes of terminals.
  // oxlint-disable-next-line no-control-regex
  [/\u001b\[[0-9;]*m/g, ""],
  [/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|\+00:00)/g, "TIME"],
  [/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, "UID"],
  [/http:\/\/127\.0\.0\.1:\d+/g, "http://ADDRESS"],
  [/127\.0\.0\.1:\d+/g, "ADDRESS"],
  // Jobs and pods: code-NAME-v1-1a2b3c4d-x7k2p; Events.
  [/-v(\d+)-[0-9a-f]{8}(?:-[a-z0-9]{5})?\b/g, "-v$1-ID"],
  [/\.[0-9a-f]{8,16}\b/g, ".ID"],
  [/orchestrator-[0-9a-f]{7,10}-[a-z0-9]{5}_[a-z0-9]+/g, "orchestrator-POD_ID"],
  [/orchestrator-[0-9a-f]{7,10}-[a-z0-9]{5}/g, "orchestrator-POD"],
  [/orchestrator_[a-z0-9]{8,}/g, "orchestrator_ID"],
  [/-implementation-[0-9a-f]{8} at [0-9a-f]{12}/g, "-implementation-ID at COMMIT"],
  [/used: count\/jobs\.batch=\d+/g, "used: count/jobs.batch=N"],
  [/\(\d+ of 0\)/g, "(N of 0)"],
  [/(count\/jobs\.batch +)\d+( +0\b)/g, "$1N$2"],
  [/\bnode-[ab]\b/g, "NODE"],
  [/coderun\/(key|forge)-\d/g, "coderun/$1-N"],
  [/\b\d+(?:\.\d+)? s ago\b/g, "N s ago"],
  [/differ by \d+\.\d s/g, "differ by N s"],
  // A kubelet says the one or the other, as it happens to wait.
  [/Back-off pulling image "[^"]+": ErrImagePull: /g, ""],
  [/\b\d+ s (ahead of|behind)/g, "N s $1"],
  [/of \d+ requests to the API server in 10 minutes \d+ were/g, "of N requests to the API server in 10 minutes M were"]
]

/** Ages of kubectl stand alone between blanks: `3s`, `2m5s`, `0s (x3 over 4s)`. */
const age = /(?<=\s|^)(?:\d+[smhd]){1,2}(?: \(x\d+ over (?:\d+[smhd]){1,2}\))?(?=\s|$)/gm

/** Columns are as wide as what stands in them: beyond two blanks no width is told. */
export const normalised = (text: string): string =>
  replacements.reduce((before, [pattern, by]) => before.replace(pattern, by), text)
    .replace(age, "AGE")
    .split("\n")
    .map((line) => line.trimEnd().replace(/(?<=\S) {2,}/g, "  ").replace(/^ {4,}/, "    "))
    .join("\n")
    .trim()

const fenced = ({ command, output }: Shown): string => `\`\`\`console\n$ ${command}\n${output}\n\`\`\`\n`

const anchorOf = (title: string): string => title.toLowerCase().replace(/[^a-z0-9 -]/g, "").replaceAll(" ", "-")

const section = ({ alerts, cause, mend, shown, symptom, title }: Told): string =>
  [
    `## ${title}\n`,
    `${symptom}\n`,
    `Alert: ${alerts.map((name) => `[${name}](runbooks/${name}.md)`).join(", ")}.\n`,
    ...shown.map(fenced),
    `Cause: ${cause}\n`,
    `What to do: ${mend}\n`
  ].join("\n")

export interface Page {
  readonly before: string
  readonly healthy: ReadonlyArray<Shown>
  readonly after: string
  readonly told: ReadonlyArray<Told>
}

export const pageOf = ({ after, before, healthy, told }: Page): string => {
  const rows = told.map(({ alerts, symptom, title }) =>
    `| ${alerts.join(", ")} | ${symptom} | [${title}](#${anchorOf(title)}) |`
  )
  const index = ["| alert | what you see | section |", "| --- | --- | --- |", ...rows].join("\n")
  return [before, index, after, ...healthy.map(fenced), ...told.map(section)].join("\n\n").replace(/\n{3,}/g, "\n\n")
}

/** The page with the commands alone: what they print is not the same to the letter each time. */
export const withoutOutputs = (page: string): string => page.replace(/^(```console\n\$ [^\n]*\n)[^]*?(?=^```$)/gm, "$1")
