# The orchestrator: controller, HTTP API, and what its init container brings to agents' pods.
# BASE is pinned by the digest of its index of platforms; the release refuses one that is not.
ARG BASE=docker.io/library/node:24.18.0-bookworm-slim@sha256:6f7b03f7c2c8e2e784dcf9295400527b9b1270fd37b7e9a7285cf83b6951452d

FROM ${BASE} AS build
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
COPY packages/agent/package.json packages/agent/
COPY packages/cli/package.json packages/cli/
COPY packages/client/package.json packages/client/
COPY packages/controller/package.json packages/controller/
COPY packages/dashboard/package.json packages/dashboard/
COPY packages/domain/package.json packages/domain/
COPY packages/http/package.json packages/http/
COPY packages/k8s/package.json packages/k8s/
COPY packages/embedded/package.json packages/embedded/
COPY packages/mcp/package.json packages/mcp/
COPY packages/templates/package.json packages/templates/
# Nothing that is installed runs here but the bundler: no install scripts.
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY . .
RUN node tools/build.ts

FROM ${BASE}
# ssh runs only for users that it finds: brokers are 1001.
# git runs here without Perl, and nobody reads manuals or installs packages. What takes the room: Node 121 MB, Debian 80, git and ssh 45.
RUN apt-get update \
  && apt-get install -y --no-install-recommends ca-certificates git openssh-client \
  && dpkg --force-depends --purge perl libperl5.36 perl-modules-5.36 liberror-perl \
  && echo 'broker:x:1001:1000::/tmp:/usr/sbin/nologin' >> /etc/passwd \
  && rm -rf /var/lib/apt/lists/* /var/cache/* /var/log/* /usr/share/doc /usr/share/man /usr/share/locale \
  /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /opt/yarn* /usr/local/bin/yarn*
WORKDIR /app
COPY --from=build /src/dist dist
COPY chart/claude-templates chart/claude-templates
COPY crds crds
COPY LICENSE LICENSE
COPY --chmod=0755 tools/image/orchestrator orchestrator

ARG VERSION=dev
ARG REVISION=unknown
LABEL org.opencontainers.image.title="orchestrator" \
  org.opencontainers.image.description="A Kubernetes control plane that runs AI coding agents" \
  org.opencontainers.image.licenses="Apache-2.0" \
  org.opencontainers.image.source="https://github.com/5dlabs/platform" \
  org.opencontainers.image.version="${VERSION}" \
  org.opencontainers.image.revision="${REVISION}"

ENV NODE_ENV=production HOME=/tmp
USER 1000:1000
EXPOSE 8080 9090
ENTRYPOINT ["/app/orchestrator"]
CMD ["serve"]
