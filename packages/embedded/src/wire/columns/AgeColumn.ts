/** The age of an object, and other times that count from now. */
import { ageOf } from "../HumanDuration.ts"
import { type Column, column } from "./Column.ts"

export const ageColumn: Column = column(
  "Age",
  "Time since the object was created",
  ({ metadata }, now) => ageOf(metadata.creationTimestamp, now)
)
