#!/usr/bin/env bash
# Compares two servers by alternating short runs of redis-benchmark and prints each round, the median ratio of throughput
# and that of processor time a request, which a busy machine disturbs less.
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
    sed -n '2,9s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2
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

ticks() { # PID -> processor time so far, in clock ticks
  awk '{ sub(/.*\) /, ""); print $12 + $13 }' "/proc/$1/stat"
}

median() { # VALUES...
  printf '%s\n' "$@" | sort -n | awk '{ r[NR] = $1 } END { print r[int((NR + 1) / 2)] }'
}

micros() { # TICKS -> microseconds a request
  awk -v t="$1" -v hz="$(getconf CLK_TCK)" -v n="$requests" 'BEGIN { printf "%.2f", t / hz * 1e6 / n }'
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
costs=()
for round in $(seq "$rounds"); do
  ta="$(ticks "${pids[0]}")"
  ra="$(rate "$a")"
  ta="$(($(ticks "${pids[0]}") - ta))"
  tb="$(ticks "${pids[1]}")"
  rb="$(rate "$b")"
  tb="$(($(ticks "${pids[1]}") - tb))"
  ratio="$(awk -v a="$ra" -v b="$rb" 'BEGIN { printf "%.3f", a / b }')"
  cost="$(awk -v a="$ta" -v b="$tb" 'BEGIN { printf "%.3f", a / b }')"
  ratios+=("$ratio")
  costs+=("$cost")
  printf 'round %-2s  %s %10s/s %5s us   %s %10s/s %5s us   throughput %s   time a request %s\n' \
    "$round" "$first" "$ra" "$(micros "$ta")" "$second" "$rb" "$(micros "$tb")" "$ratio" "$cost"
done
echo "median $first / $second: throughput $(median "${ratios[@]}"), processor time a request $(median "${costs[@]}")"
