#!/bin/sh
# SPDX-License-Identifier: MIT
# Builds passerelle in every way and runs every test. Debian 12; nothing to prepare.
#   contrib/check.sh          all tests; long sweeps sampled, with a printed seed
#   contrib/check.sh --long   the whole of them; PASSERELLE_FUZZ_SECONDS: how long each fuzz target runs (1800)
#   contrib/check.sh --quick  one build with gcc and its tests
set -eu
cd "$(dirname "$0")/.."
. contrib/depends.sh

mode=short
case ${1:-} in
  "") ;;
  --long)
    mode=long
    export PASSERELLE_LONG=1
    ;;
  --quick) mode=quick ;;
  *)
    echo "usage: contrib/check.sh [--long | --quick]" >&2
    exit 64
    ;;
esac

# shellcheck disable=SC2086 # lists of words
depends $BUILD_PACKAGES $TEST_PACKAGES
if [ "$mode" = long ]; then
  # shellcheck disable=SC2086 # lists of words
  depends $LONG_PACKAGES
fi

source=$PWD
build=${PASSERELLE_BUILD:-$source/build-check}
jobs=$(nproc)
tests_at_once=$((jobs * 2)) # most of them wait rather than compute
fuzz_seconds=${PASSERELLE_FUZZ_SECONDS:-20}
[ "$mode" != long ] || fuzz_seconds=${PASSERELLE_FUZZ_SECONDS:-1800}
[ "$mode" != long ] || tests_at_once=$jobs # those that use every core run alone
summary=
# the programs that the tests run are Debian's
PATH=/usr/sbin:/usr/bin:/sbin:/bin:$PATH
export PATH
unset http_proxy https_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY all_proxy

step() {
  printf '\n== %s\n' "$1"
}

# build NAME [cmake options]: configures and builds it in its own folder
build() {
  name=$1
  shift
  step "build: $name"
  cmake -S "$source" -B "$build/$name" -DWERROR=ON "$@" >"$build/$name.configure" 2>&1 ||
    { cat "$build/$name.configure"; exit 1; }
  cmake --build "$build/$name" -j "$jobs" >"$build/$name.log" 2>&1 ||
    { grep -E 'error|warning|Error' "$build/$name.log" | head -50; exit 1; }
}

# run_tests NAME [ctest options]
run_tests() {
  name=$1
  shift
  step "tests: $name"
  (cd "$build/$name" && ctest --output-on-failure -j "$tests_at_once" "$@")
  grep -ah '^count: ' "$build/$name/Testing/Temporary/LastTest.log" >"$build/$name.counts" || true
  [ "$mode" != long ] || cat "$build/$name.counts"
  case $summary in *" $name") ;; *) summary="$summary $name" ;; esac
}

under_valgrind() {
  unset ASAN_OPTIONS UBSAN_OPTIONS
  PASSERELLE_RUN_UNDER="valgrind -q --error-exitcode=99 --leak-check=full --show-leak-kinds=definite,indirect --errors-for-leak-kinds=definite,indirect --child-silent-after-fork=yes --trace-children=no" \
    tests/system/end_to_end.sh "$source" "$build/gcc"
}

mkdir -p "$build"
build gcc -DCMAKE_C_COMPILER=gcc
run_tests gcc
# the whole sweeps speak of the program, not of the compiler: once is enough
unset PASSERELLE_LONG
tests_at_once=$((jobs * 2))
if [ "$mode" != quick ]; then
  # clang's own warnings, its sanitizers, and the fuzz targets: one build
  build clang -DCMAKE_C_COMPILER=clang -DSANITIZE=address,undefined -DFUZZ=ON "-DCMAKE_C_FLAGS_RELWITHDEBINFO=-O1 -gline-tables-only"
  export ASAN_OPTIONS=detect_leaks=1:abort_on_error=1 UBSAN_OPTIONS=print_stacktrace=1
  # All parts, and the program as it is used. Not what only repeats these many times, and what asserts how much
  # memory is used, which a sanitizer multiplies; the fuzz targets come below.
  run_tests clang -L 'app|base|dav|emulator|formats|journal|model|net|plan|remotes|status|stores' -E 'app/pace|remotes/prefixes'
  # valgrind beside them: the bridge from end to end
  under_valgrind >"$build/valgrind.log" 2>&1 &
  valgrind=$!
  run_tests clang -R 'sync/(came_back|consent|problem|scenarios)|system/(end_to_end|holds|import)'

  step "fuzz: $fuzz_seconds s each"
  tests/fuzz/run.sh "$build/clang" "$fuzz_seconds"
  wait "$valgrind" || { cat "$build/valgrind.log"; exit 1; }
  echo "valgrind: $(tail -n 1 "$build/valgrind.log")"
fi

if [ "$mode" = long ]; then
  build release -DCMAKE_C_COMPILER=clang -DCMAKE_BUILD_TYPE=Release
  step "budgets"
  python3 tests/bench/bench.py "$build/release"
fi

step "words"
find src conf -name '*.[1-9]' -exec mandoc -T lint -W warning {} +
shellcheck -x -S warning contrib/*.sh tests/system/*.sh tests/fuzz/*.sh .ci/run
find src tests -name '*.[ch]' -exec clang-format --dry-run -Werror {} +
wide=$(find src tests -name '*.[ch]' -exec wc -l {} + | awk '$2 != "total" && $1 > 600 { print $2 ": " $1 " lines" }')
[ -z "$wide" ] || { echo "$wide"; exit 1; }

step "counts of the sweeps ($mode)"
cat "$build/gcc.counts"

step "all is well ($mode):$summary"
