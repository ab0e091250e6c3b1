{{/* config.yaml. Only keys that the program knows, and of the optional ones only those that are set: it refuses anything else. */}}
{{- define "orchestrator.config" -}}
{{- $images := dict }}
{{- range $name, $image := .Values.agent.images }}
{{- $_ := set $images $name (dict "repository" $image.repository "tag" (default $.Chart.AppVersion $image.tag) "digest" (default "" $image.digest)) }}
{{- end }}
{{- $agent := dict
  "default" .Values.agent.default
  "images" $images
  "image" (dict
    "repository" .Values.agent.image.repository
    "tag" (include "orchestrator.agentTag" .)
    "digest" (default "" .Values.agent.image.digest)
    "pullPolicy" .Values.agent.image.pullPolicy)
  "runnerImage" (include "orchestrator.image" .)
  "credentials" .Values.agent.credentials
  "resources" (pick .Values.agent.resources "requests" "limits")
  "allowedImages" .Values.agent.allowedImages
  "setupTimeoutSeconds" .Values.agent.setupTimeoutSeconds
  "volumes" (pick .Values.agent.volumes "workspace" "tmp" "broker")
  "nodeSelector" .Values.agent.nodeSelector
  "tolerations" .Values.agent.tolerations
  "podAnnotations" .Values.agent.podAnnotations
  "podLabels" .Values.agent.podLabels
  "userIds" .Values.agent.userIds
  "terminationGracePeriodSeconds" .Values.agent.terminationGracePeriodSeconds
  "toolmanServerUrl" .Values.agent.toolmanServerUrl
  "streamIdleSeconds" .Values.agent.streamIdleSeconds
  "broker" (pick .Values.agent.broker "answersPerTurn" "maxPushMebibytes" "maxUnpackedMebibytes" "caCertificates") }}
{{- $_ := set $agent.broker "resources" (pick .Values.agent.broker.resources "requests" "limits") }}
{{- $secrets := list }}
{{- range .Values.imagePullSecrets }}
{{- $secrets = append $secrets .name }}
{{- end }}
{{- $_ := set $agent "imagePullSecrets" $secrets }}
{{- with .Values.agent.runtimeClassName }}
{{- $_ := set $agent "runtimeClassName" . }}
{{- end }}
{{- with .Values.agent.affinity }}
{{- $_ := set $agent "affinity" . }}
{{- end }}
{{- range $amounts := list $agent.resources.requests $agent.resources.limits $agent.broker.resources.requests $agent.broker.resources.limits }}
{{- range $name, $amount := $amounts }}
{{- $_ := set $amounts $name ($amount | toString) }}
{{- end }}
{{- end }}
{{- $limits := dict }}
{{- range $name, $limit := pick .Values.limits "activeRuns" "activeRunsPerGithubUser" "activeRunsPerService" "maxPriority" "maxPriorityOfGithubUser" "maxCostUsd" "maxTurns" "maxTimeoutSeconds" "defaultMaxCostUsd" "defaultMaxTurns" }}
{{- if $limit }}
{{- $_ := set $limits $name $limit }}
{{- end }}
{{- end }}
{{- $maxResources := dict }}
{{- range $name, $amount := .Values.limits.maxResources }}
{{- $_ := set $maxResources $name ($amount | toString) }}
{{- end }}
{{- $_ := set $limits "maxResources" $maxResources }}
{{- $profiles := deepCopy .Values.profiles }}
{{- range $profile := $profiles }}
{{- range $amounts := $profile.resources }}
{{- range $name, $amount := $amounts }}
{{- $_ := set $amounts $name ($amount | toString) }}
{{- end }}
{{- end }}
{{- end }}
{{- $storage := pick .Values.storage "workspaceSize" "accessMode" "access" }}
{{- with .Values.storage.storageClassName }}
{{- $_ := set $storage "storageClassName" . }}
{{- end }}
{{- with .Values.storage.unusedDays }}
{{- $_ := set $storage "unusedDays" . }}
{{- end }}
{{- $history := dict }}
{{- range $name, $limit := pick .Values.history "succeeded" "failed" "days" }}
{{- if $limit }}
{{- $_ := set $history $name $limit }}
{{- end }}
{{- end }}
{{- $secretKeys := dict "apiKeySecretName" (include "orchestrator.apiKeySecretName" .) "apiKeySecretKey" .Values.secrets.apiKeySecretKey }}
{{- with .Values.secrets.oauthTokenSecretKey }}
{{- $_ := set $secretKeys "oauthTokenSecretKey" . }}
{{- end }}
{{- $_ := set $secretKeys "openaiKeySecretKey" .Values.secrets.openaiKeySecretKey }}
{{- $_ := set $secretKeys "googleKeySecretKey" .Values.secrets.googleKeySecretKey }}
{{- $pullRequest := pick .Values.forge.pullRequest "codeTitle" "docsTitle" "draft" "labels" "reviewers" "teamReviewers" }}
{{- with .Values.forge.pullRequest.base }}
{{- $_ := set $pullRequest "base" . }}
{{- end }}
{{- $forge := dict "hosts" .Values.forge.hosts "askHosts" .Values.forge.askHosts "githubHosts" .Values.forge.githubHosts "giteaHosts" .Values.forge.giteaHosts "pullRequest" $pullRequest }}
{{- with .Values.forge.taskUrl }}
{{- $_ := set $forge "taskUrl" . }}
{{- end }}
{{- $github := dict "app" (pick .Values.github.app "id" "host" "secretName" "secretKey") }}
{{- $git := pick .Values.git "allowedProtocols" "allowedHosts" "insteadOf" "knownHosts" }}
{{- if (.Values.git.signing).secretName }}
{{- $_ := set $git "signing" (pick .Values.git.signing "secretName" "secretKey") }}
{{- end }}
{{- $evidence := dict "retention" (pick .Values.evidence.retention "days" "mebibytes") }}
{{- if .Values.evidence.bucket.name }}
{{- $bucket := pick .Values.evidence.bucket "endpoint" "name" "region" "pathStyle" "prefix" "writerSecret" }}
{{- $_ := set $evidence "bucket" (set $bucket "readerFolder" "/evidence-key") }}
{{- end }}
{{- with .Values.evidence.volume.claimName }}
{{- $_ := set $evidence "volume" (dict "claimName" . "folder" "/evidence") }}
{{- end }}
{{- $events := pick .Values.events "reviews" "checkAttempts" }}
{{- with .Values.events.answer }}
{{- $_ := set $events "answer" . }}
{{- end }}
{{- if .Values.events.secretName }}
{{- $_ := set $events "folder" "/secrets/events" }}
{{- end }}
{{- $dashboard := pick .Values.dashboard "enabled" }}
{{- if .Values.dashboard.oidc.issuer }}
{{- $_ := set $dashboard "oidc" (pick .Values.dashboard.oidc "issuer" "clientId" "scopes" "token" "origins") }}
{{- end }}
{{- $telemetry := pick .Values.telemetry "enabled" "otlpEndpoint" "otlpProtocol" "logsEndpoint" "logsProtocol" }}
{{- $_ := set $telemetry "orchestrator" (pick .Values.telemetry.orchestrator "endpoint" "protocol" "signals" "sampleRatio" "metricsIntervalSeconds" "resourceAttributes") }}
{{- $config := dict
  "job" (pick .Values.job "activeDeadlineSeconds" "startDeadlineSeconds")
  "agent" $agent
  "secrets" $secretKeys
  "permissions" (pick .Values.permissions "agentToolsOverride" "allow" "deny")
  "telemetry" $telemetry
  "storage" $storage
  "history" $history
  "cleanup" (pick .Values.cleanup "enabled" "completedJobDelayMinutes" "failedJobDelayMinutes" "deleteConfigMap")
  "retry" (pick .Values.retry "infrastructure")
  "limits" $limits
  "budgets" (include "orchestrator.budgets" . | fromYaml)
  "suspend" .Values.suspend
  "quietHours" .Values.quietHours
  "kueue" (pick .Values.kueue "queueName" "localQueueFrom" "priorityClasses")
  "profiles" $profiles
  "git" $git
  "model" (pick .Values.model "baseUrl" "prices" "allowed" "outputTokens" "providers")
  "forge" $forge
  "github" $github
  "evidence" $evidence
  "events" $events
  "kubernetesEvents" .Values.kubernetesEvents
  "triggers" .Values.triggers
  "notifications" .Values.notifications
  "models" (pick .Values.models "defaultCodeModel" "defaultDocsModel" "agents")
  "leaderElection" (pick .Values.leaderElection "enabled" "leaseSeconds" "renewDeadlineSeconds" "retrySeconds")
  "watchNamespaces" .Values.watchNamespaces
  "shard" (dict "count" (.Values.shard.count | int))
  "server" (dict "host" .Values.config.serverHost "port" (include "orchestrator.port" . | int) "maxConnections" (.Values.server.maxConnections | int) "basePath" (.Values.server.basePath | toString))
  "dashboard" $dashboard
  "auth" (dict "mode" .Values.auth.mode "audiences" .Values.auth.audiences "tokens" .Values.auth.tokens "allowUnauthenticated" (eq .Values.auth.mode "none")) }}
{{- mergeOverwrite (deepCopy $config) (deepCopy .Values.configOverrides) | toYaml }}
{{- end }}
