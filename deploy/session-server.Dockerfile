# The session server. Built from the repository's root:
#   docker build -f deploy/session-server.Dockerfile -t donfra-session-server .
FROM rust:1.95-slim-bookworm AS build
RUN apt-get update \
    && apt-get install --yes --no-install-recommends build-essential cmake perl \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/source/target \
    cargo build --locked --release --package donfra-session-server \
    && cp target/release/donfra-session-server /donfra-session-server

FROM debian:bookworm-slim
# Certificates, for a LiveKit behind wss.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --no-create-home donfra \
    && install --directory --owner=donfra /data
COPY --from=build /donfra-session-server /usr/local/bin/
USER donfra
VOLUME /data
ENV LISTEN=0.0.0.0:8080 DATABASE=/data/sessions.db
EXPOSE 8080
ENTRYPOINT ["donfra-session-server"]
