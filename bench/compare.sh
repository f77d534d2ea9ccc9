#!/usr/bin/env bash
# Compares two servers by alternating short runs of redis-benchmark and prints each round and the median ratio.
#
#   bench/compare.sh durable [ROUNDS]   daxkv --durability=always against none, emulated cache-line media on tmpfs
#   bench/compare.sh redis [ROUNDS]     daxkv against redis-server appendfsync always, both on the disk of DIR
#
# DIR: where the files lie (durable: default /dev/shm, redis: default the current directory). PIPELINE, CLIENTS, SIZE and
# REQUESTS: as redis-benchmark's -P, -c, -d and -n. Needs redis-benchmark, and redis-server for the second; loopback only.
set -euo pipefail

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
mode="${1:-}"
rounds="${2:-5}"
pipeline="${PIPELINE:-16}"
clients="${CLIENTS:-50}"
size="${SIZE:-100}"
requests="${REQUESTS:-400000}"
base_port=17100

case "$mode" in
  durable) dir="${DIR:-/dev/shm}" ;;
  redis) dir="${DIR:-$PWD}" ;;
  *)
    sed -n '2,8s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2
    exit 64
    ;;
esac

work="$(mktemp -d "$dir/daxkv-compare.XXXXXX")"
pids=()
cleanup() {
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  for pid in "${pids[@]}"; do wait "$pid" 2>/dev/null || true; done
  rm -rf "$work"
}
trap cleanup EXIT

start_daxkv() { # PORT OPTIONS...
  local port="$1"
  shift
  "$root/daxkv" serve --port "$port" --admin-port=-1 --file "$work/$port.pmem" --size 2g "$@" >"$work/$port.log" 2>&1 &
  pids+=($!)
}

await_port() {
  for _ in $(seq 600); do
    if (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; then return; fi
    read -rt 0.1 <> <(:) || true
  done
  echo "no server came up: port=$1" >&2
  exit 1
}

rate() { # PORT -> requests per second of SET
  redis-benchmark -p "$1" -t set -n "$requests" -c "$clients" -P "$pipeline" -d "$size" -r 100000 --csv 2>/dev/null |
    awk -F'"' '$2 == "SET" { print $4 }'
}

a=$base_port
b=$((base_port + 1))
case "$mode" in
  durable)
    names="always none"
    start_daxkv "$a" --persistence clwb-emulated --durability always
    start_daxkv "$b" --persistence clwb-emulated --durability none
    ;;
  redis)
    names="daxkv redis"
    start_daxkv "$a" --persistence page --durability always
    redis-server --port "$b" --save "" --appendonly yes --appendfsync always --dir "$work" >"$work/redis.log" 2>&1 &
    pids+=($!)
    ;;
esac
await_port "$a"
await_port "$b"
rate "$a" >/dev/null
rate "$b" >/dev/null

read -r first second <<<"$names"
echo "SET, $size bytes, $clients clients, pipeline $pipeline, $requests requests a run; $first and $second in turn"
ratios=()
for round in $(seq "$rounds"); do
  ra="$(rate "$a")"
  rb="$(rate "$b")"
  ratio="$(awk -v a="$ra" -v b="$rb" 'BEGIN { printf "%.3f", a / b }')"
  ratios+=("$ratio")
  printf 'round %-2s  %s %12s/s   %s %12s/s   ratio %s\n' "$round" "$first" "$ra" "$second" "$rb" "$ratio"
done
printf 'median ratio %s / %s: %s\n' "$first" "$second" \
  "$(printf '%s\n' "${ratios[@]}" | sort -n | awk '{ r[NR] = $1 } END { print r[int((NR + 1) / 2)] }')"
