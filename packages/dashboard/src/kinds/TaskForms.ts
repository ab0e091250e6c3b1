/** The forms of all kinds of runs, the usual one first. */
import type { TaskForm } from "../show/task/TaskForm.ts"
import { codeTaskForm } from "./CodeTaskForm.ts"
import { docsTaskForm } from "./DocsTaskForm.ts"

export const taskForms: readonly [TaskForm, ...ReadonlyArray<TaskForm>] = [codeTaskForm, docsTaskForm]
