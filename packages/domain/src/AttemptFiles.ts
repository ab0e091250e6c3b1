/**
 * How the files of an attempt get into its pod, although anybody who may make ConfigMaps could make the one that it waits for: the Job
 * says what they must be, and `prepare` copies what it has checked to where the agent's container reads it.
 */

/** What instructs the agent, whichever it is; on the workspace, the notes that agents leave for those after them. */
export const memoryFile = "CLAUDE.md"

/** Where `prepare` finds the ConfigMap, and where it puts the files. */
export const filesFolders = { given: "/files", checked: "/config" }

/** With which `prepare` ends when the files are others. */
export const filesRefusedExitCode = 77

/** The one text that stands for these files, whatever their order. */
export const filesText = (files: Readonly<Record<string, string>>): string =>
  JSON.stringify(Object.keys(files).toSorted().map((name) => [name, files[name]]))
