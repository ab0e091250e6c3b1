/**
 * `/api/v1/tasks`: the tasks of a Task Master project in a docs repository, for whoever starts a run for one of them. Read at the forge with
 * the token that the administrator gave for its host, and told only for a GitHub user who may push there and whose Secrets the requester may use.
 */
import { CodeRunSpec } from "@orchestrator/domain/CodeRun"
import { codeRun } from "@orchestrator/domain/kinds/CodeRunKind"
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { Authorized, Needs, needsOf } from "./Access.ts"
import { text } from "./Described.ts"
import { InvalidRequest, TasksNotAvailable, TasksUnavailable } from "./Problem.ts"
import { ChecksParameters } from "./RequestChecks.ts"

const { docsBranch, docsProjectDirectory, docsRepositoryUrl, githubUser } = CodeRunSpec.fields

const ProjectTask = Schema.Struct({
  id: text("Its number; of a subtask with its parent's before it, `3.2`"),
  title: text("Its title; empty where it has none"),
  status: text("pending, in-progress, done, or what else the file says"),
  dependencies: Schema.Array(Schema.String).annotate({ description: "Ids of tasks that come first" }),
  subtasks: Schema.Int.annotate({ description: "How many subtasks it has" })
}).annotate({ identifier: "ProjectTask", description: "A task of a Task Master project" })

const ProjectTasks = Schema.Struct({
  tag: text("The list of the file that is read: the tag that state.json names"),
  items: Schema.Array(ProjectTask).annotate({ description: "The first 1000, in the order of the file" }),
  notes: Schema.Array(Schema.String).annotate({ description: "What was left out or chosen, one sentence each" })
}).annotate({ identifier: "ProjectTasks", description: "The tasks of a Task Master project" })

export class Tasks extends HttpApiGroup.make("tasks").add(
  HttpApiEndpoint.get("list", "/", {
    query: {
      repository: docsRepositoryUrl.annotate({ description: "Docs repository, as spec.docsRepositoryUrl has it" }),
      branch: docsBranch.annotate({ description: "Branch of it. Default: main" }),
      directory: docsProjectDirectory.annotate({ description: "Directory of the project. Default: the root" }),
      githubUser: githubUser.annotate({ description: "GitHub user of the run: who may push there" })
    },
    success: ProjectTasks,
    error: [InvalidRequest, TasksNotAvailable, TasksUnavailable]
  }).annotate(Needs, [needsOf(codeRun.plural).create]).annotateMerge(OpenApi.annotations({
    summary: "List the tasks of a project",
    description:
      "What `.taskmaster/tasks/tasks.json` of a docs repository has. Takes the use of the GitHub user's Secrets, as a run of theirs does, and a token "
      + "of the administrator's for the forge (docs/guides/events.md)."
  }))
).prefix("/api/v1/tasks").middleware(ChecksParameters).middleware(Authorized).annotateMerge(OpenApi.annotations({
  title: "Tasks",
  description: "What there is to do, by Task Master projects."
})) {}
