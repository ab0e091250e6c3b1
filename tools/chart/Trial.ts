/** One thing that is tried with the chart, and what is wrong with it. */
import { chart } from "./Files.ts"

export interface Trial {
  readonly name: string
  /** What is wrong; absent when nothing is. */
  readonly problem: string | undefined
}

export interface ChartOptions {
  readonly helm: string
  /** Whether to write the files that are made, instead of comparing them. */
  readonly update: boolean
}

export const trial = (name: string, problem: string | undefined): Trial => ({ name, problem })

/** Arguments for a values file of chart/test/values. */
export const fileArgs = (file: string | undefined): ReadonlyArray<string> =>
  file === undefined ? [] : ["--values", `${chart}/test/values/${file}`]

/** Helm says where it found linked files; that is no problem. */
export const words = (stderr: string): string =>
  stderr.split("\n").filter((line) => !line.startsWith("walk.go:")).join("\n").trim()
