/** What an administrator may change in a run's `settings.json`. */

type Files = Readonly<Record<string, string>>

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** The files with an entry of the settings' objects (`env`, `hooks`) added. */
export const withSetting = (group: string, name: string, value: unknown) => (files: Files): Files => {
  const settings: unknown = JSON.parse(files["settings.json"] ?? "{}")
  const before = isRecord(settings) ? settings : {}
  const entries = isRecord(before[group]) ? before[group] : {}
  return { ...files, "settings.json": JSON.stringify({ ...before, [group]: { ...entries, [name]: value } }) }
}

/** The agent does not ask a failing API again by itself, which takes minutes. */
export const impatient = withSetting("env", "CLAUDE_CODE_MAX_RETRIES", "0")
