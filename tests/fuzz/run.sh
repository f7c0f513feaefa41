#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs the fuzz targets of a build (README.md), two at once for each processor, each for so many seconds.
#   tests/fuzz/run.sh BUILD SECONDS [NAME...]
# What a target broke on is kept in BUILD/fuzz, and so is what was found to be worth trying again.
# PASSERELLE_SEED repeats a seed; else it is another one each time only where there is more than a minute: whether the short check
# passes must not hang on luck. PASSERELLE_CORPORA names a folder with more inputs.
set -eu

if [ "${1:-}" = --one ]; then
  name=$2 seconds=$3
  found=$FUZZ_OUT/$name
  mkdir -p "$found"
  set -- -seed="$FUZZ_SEED" -max_total_time="$seconds" -max_len=1048576 -timeout=300 -rss_limit_mb=1024 \
    -malloc_limit_mb=128 -print_final_stats=1 -artifact_prefix="$FUZZ_OUT/$name-"
  [ ! -f "$FUZZ_HERE/$name.dict" ] || set -- "$@" -dict="$FUZZ_HERE/$name.dict"
  set -- "$@" "$found" "$FUZZ_HERE/../fixtures"
  [ ! -d "${PASSERELLE_CORPORA:-}" ] || set -- "$@" "$PASSERELLE_CORPORA"
  if "$FUZZ_PROGRAMS/fuzz_$name" "$@" >"$FUZZ_OUT/$name.log" 2>&1; then
    echo "$name: $(sed -n 's/^stat::number_of_executed_units: *//p' "$FUZZ_OUT/$name.log") inputs in $seconds s, seed $FUZZ_SEED"
    exit 0
  fi
  tail -n 60 "$FUZZ_OUT/$name.log"
  echo "$name FAILED with seed $FUZZ_SEED; its input: $(sed -n 's/.*Test unit written to //p' "$FUZZ_OUT/$name.log")"
  exit 1
fi

if [ $# -lt 2 ]; then
  echo "usage: tests/fuzz/run.sh BUILD SECONDS [NAME...]" >&2
  exit 64
fi
build=$1 seconds=$2
shift 2
FUZZ_HERE=$(cd "$(dirname "$0")" && pwd)
FUZZ_PROGRAMS=$build/tests/fuzz
FUZZ_OUT=$build/fuzz
seed=1
[ "$seconds" -le 60 ] || seed=$(od -An -N3 -tu4 /dev/urandom | tr -d ' ')
FUZZ_SEED=${PASSERELLE_SEED:-$seed}
export FUZZ_HERE FUZZ_PROGRAMS FUZZ_OUT FUZZ_SEED
# GLib's own allocator would hide what is freed, or lost
export G_SLICE=always-malloc
export ASAN_OPTIONS="detect_leaks=1:quarantine_size_mb=16" UBSAN_OPTIONS=print_stacktrace=1
mkdir -p "$FUZZ_OUT"
names=$*
if [ -z "$names" ]; then
  names=$(find "$FUZZ_PROGRAMS" -maxdepth 1 -type f -name 'fuzz_*' -perm -u+x -printf '%f\n' | sed 's/^fuzz_//' | sort)
fi
if [ -z "$names" ]; then
  echo "no fuzz target in $FUZZ_PROGRAMS" >&2
  exit 1
fi
# shellcheck disable=SC2086 # a list of words
printf '%s\n' $names | xargs -P "$(($(nproc) * 2))" -I{} "$FUZZ_HERE/run.sh" --one {} "$seconds"
