/** Fields of answers that are no more than a type and what is said of it. */
import { Schema } from "effect"

export const text = (description: string) => Schema.String.annotate({ description })
export const maybe = (description: string) => Schema.optionalKey(text(description))
export const count = (description: string) => Schema.Int.annotate({ description })
