# A backend as one static program in an empty image, run by nobody in particular.
#
#   docker build -t notes .                      the backend `notes`
#   docker build -t tasks --build-arg BACKEND=tasks .
#
# Not tried yet: no Docker engine was at hand when this was written.

FROM rust:1.95-alpine AS build
ARG BACKEND=notes
# ring and SQLite are C; Alpine's toolchain links statically against musl.
RUN apk add --no-cache build-base ca-certificates
WORKDIR /source
COPY . .
# The image has its toolchain; the file would make rustup fetch lint and format, too.
RUN rm rust-toolchain.toml \
 && cargo build --release --locked --package "$BACKEND" \
 && mkdir -p /image/data /image/etc/ssl/certs \
 && cp "target/release/$BACKEND" /image/backend \
 && cp /etc/ssl/certs/ca-certificates.crt /image/etc/ssl/certs/

FROM scratch
COPY --from=build --chown=65532:65532 /image /
USER 65532:65532
# The embedded database is in ./data, that is in /data: mount a volume there to keep it.
WORKDIR /
VOLUME /data
EXPOSE 8000
# No HEALTHCHECK: there is no shell or curl in here, and the verb `check` also looks at what others run
# (the identity provider), whose outage must not restart this. Let the orchestrator ask GET /health.
ENTRYPOINT ["/backend"]
