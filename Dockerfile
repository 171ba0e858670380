# syntax=docker/dockerfile:1
# The build stage runs on the architecture of the build machine for every target: the program has no native code.
ARG NODE_MAJOR=24
# Releases pin both images: "@sha256:..." of the tags below. `npm run release` asks for them. For another NODE_MAJOR, empty them.
ARG BUILD_DIGEST=""
ARG BASE_DIGEST=""
FROM --platform=$BUILDPLATFORM node:${NODE_MAJOR}-bookworm-slim${BUILD_DIGEST} AS build
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY tsconfig.json tsconfig.build.json ./
COPY src ./src
RUN npm run build && find dist \( -name "*.map" -o -name "*.d.ts" \) -delete && npm ci --omit=dev && mkdir state

FROM gcr.io/distroless/nodejs${NODE_MAJOR}-debian12:nonroot${BASE_DIGEST}
ARG VERSION=0.1.0
LABEL org.opencontainers.image.title="lightsout" \
      org.opencontainers.image.description="Prometheus exporter for the BMCs of a data centre" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.base.name="gcr.io/distroless/nodejs-debian12:nonroot"
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /src/node_modules ./node_modules
COPY --from=build /src/dist ./dist
COPY package.json LICENSE ./
COPY rules ./rules
# For `lightsout rules` and /runbooks
COPY alerts ./alerts
COPY docs/runbooks ./docs/runbooks
COPY packaging/healthcheck.mjs ./packaging/
COPY packaging/lightsout /usr/bin/lightsout
# state_dir: a volume that is mounted here is owned by the exporter's user
COPY --from=build --chown=65532:65532 /src/state /var/lib/lightsout
# nonroot; as a number, so that Kubernetes can check that it is not root
USER 65532:65532
EXPOSE 9623
STOPSIGNAL SIGTERM
# With TLS or another port, set LIGHTSOUT_HEALTH_URL=https://127.0.0.1:9700/-/healthy
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s CMD ["/nodejs/bin/node", "/app/packaging/healthcheck.mjs"]
ENTRYPOINT ["/nodejs/bin/node", "/app/dist/cli/main.js"]
CMD ["serve", "--config.file", "/etc/lightsout/lightsout.yml"]
