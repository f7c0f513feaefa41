# shellcheck shell=sh disable=SC2034
# SPDX-License-Identifier: MIT
# Sourced by the system tests: an account of its own below a new folder, against an emulator of its own.
# PASSERELLE_RUN_UNDER (valgrind …) goes before every call of passerelle.
set -eu
source=$1
binary=$2
here=$source/tests/system
program=$binary/passerelle
emulator_program=$binary/passerelle-emulator
work=$(mktemp -d)
emulator=
PATH=/usr/sbin:/usr/bin:/sbin:/bin:$PATH
LC_ALL=C.UTF-8
export PATH LC_ALL
unset http_proxy https_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY all_proxy || true
export XDG_CONFIG_HOME="$work/config" XDG_STATE_HOME="$work/state" XDG_RUNTIME_DIR="$work/run" XDG_CACHE_HOME="$work/cache"
mkdir -p "$XDG_CONFIG_HOME/passerelle" "$XDG_STATE_HOME" "$XDG_RUNTIME_DIR" "$work/contacts" "$work/calendar"
chmod 700 "$XDG_RUNTIME_DIR"
status_file=$XDG_RUNTIME_DIR/passerelle/home.json
corpora=${PASSERELLE_CORPORA:-$source/../shared/corpora}

stop_emulator() {
  if [ -n "$emulator" ]; then
    kill "$emulator" 2>/dev/null || true
    wait "$emulator" 2>/dev/null || true
    emulator=
  fi
}
# What a whole test wrote: no token and no password, and nobody's name in a log or in the words of the status.
# may_hold_secrets: patterns of files of the test's own that may.
scan_for_leaks() {
  [ -s "$work/password" ] || return 0
  set -- "$work/password"
  [ ! -s "$work/token" ] || set -- "$@" "$work/token"
  [ -z "$emulator" ] || kill -0 "$emulator" 2>/dev/null || emulator=
  MAY_HOLD_SECRETS="${may_hold_secrets:-}" /usr/bin/python3 -B "$here/leaks.py" scan "$work" "${emulator:+$url}" "$@"
}

# While it runs, what others see of passerelle and of all that it starts (its command line, its environment) is looked through.
start_watch() {
  rm -f "$work/watched.stop"
  : >"$work/watched.report"
  /usr/bin/python3 -B "$here/leaks.py" watch $$ "$work/watched.report" "$work/password" "$work/token" &
  watch=$!
}
stop_watch() { # NAMES of processes that it must have seen
  touch "$work/watched.stop"
  wait "$watch" || fail "the watch ended by itself"
  watch=
  ! grep LEAK "$work/watched.report" || fail "others can see a secret"
  for name in "$@"; do
    grep -qx "seen $name" "$work/watched.report" || { cat "$work/watched.report"; fail "no process $name was seen"; }
  done
}

at_end() { # of a test's own: to be defined anew after this file is read
  :
}

cleanup() {
  result=$?
  [ $result -ne 0 ] || scan_for_leaks || result=1
  at_end
  [ -z "${watch:-}" ] || kill "$watch" 2>/dev/null || true # else it goes on, and so does whoever reads what it prints
  stop_emulator
  [ -z "${service:-}" ] || kill "$service" 2>/dev/null || true
  if [ $result -ne 0 ] && [ $result -ne 77 ]; then
    echo "FAILED ($result); the end of what was printed:"
    tail -n 20 "$work"/*.out "$work"/*.log 2>/dev/null || true
  fi
  rm -rf "$work"
  exit $result
}
trap cleanup EXIT
trap 'exit 130' INT TERM

fail() {
  echo "FAILED: $*" >&2
  exit 1
}

wait_for() { # SECONDS COMMAND…: against a hang, so on a busy machine never less than a minute
  tries=$(($1 * 10))
  [ $tries -ge 600 ] || tries=600
  shift
  while [ $tries -gt 0 ]; do
    "$@" >/dev/null 2>&1 && return 0
    sleep 0.1
    tries=$((tries - 1))
  done
  return 1
}

start_emulator() { # OPTIONS…
  rm -f "$work/port" "$work/token"
  "$emulator_program" --port-file "$work/port" --token-file "$work/token" "$@" >"$work/emulator.log" 2>&1 &
  emulator=$!
  wait_for 20 test -s "$work/port" || fail "the emulator did not start"
  wait_for 20 test -s "$work/token" || fail "the emulator gave no token"
  url=http://127.0.0.1:$(cat "$work/port")
}

write_config() { # MORE LINES
  printf 'secret:for trying\n' >"$work/password"
  chmod 600 "$work/password"
  cat >"$XDG_CONFIG_HOME/passerelle/passerelle.conf" <<END
[general]
log_level = debug
[account home]
remote = orange
endpoint = $url
service_id = YOURSERVIC1234567890
service_password_file = $work/password
contacts = $work/contacts
calendar = $work/calendar
timezone = Europe/Paris
requests_per_minute = 100000
${1:-}
END
}

passerelle() {
  # shellcheck disable=SC2086 # words
  ${PASSERELLE_RUN_UNDER:-} "$program" "$@"
}

# expect STATUS COMMAND…: runs passerelle and checks its exit status; output in $work/last.out
expect() {
  wanted=$1
  shift
  got=0
  passerelle "$@" >"$work/last.out" 2>"$work/last.err.out" || got=$?
  cat "$work/last.err.out" >>"$work/all.err.out" # for the scan at the end
  cat "$work/last.out" >>"$work/all.answers"
  [ "$got" -eq "$wanted" ] || {
    cat "$work/last.out" "$work/last.err.out"
    fail "passerelle $*: exit status $got, not $wanted"
  }
}

login() {
  passerelle login home --paste <"$work/token" >"$work/login.out" 2>&1 || fail "login"
}

control() { # REQUEST [BODY]
  if [ $# -gt 1 ]; then
    curl -sSf -X POST --data-binary "$2" "$url/_emulator/$1"
  else
    curl -sSf "$url/_emulator/$1"
  fi
}

writes() {
  control ledger | jq length
}

marks() { # what every file of the account looks like: equal = nothing was rewritten
  find "$work/contacts" "$work/calendar" -type f ! -name '.*' -printf '%i %s %T@ %C@ %p\n' | sort
}

# write_khal_config FOLDER: khal shows the events of the folder, in the times of the account
write_khal_config() {
  mkdir -p "$work/khal" "$XDG_CONFIG_HOME/khal"
  cat >"$XDG_CONFIG_HOME/khal/config" <<END
[calendars]
[[home]]
path = $1
[locale]
timeformat = %H:%M
dateformat = %Y-%m-%d
longdateformat = %Y-%m-%d
datetimeformat = %Y-%m-%d %H:%M
longdatetimeformat = %Y-%m-%d %H:%M
local_timezone = Europe/Paris
default_timezone = Europe/Paris
[default]
default_calendar = home
[sqlite]
path = $work/khal/khal.db
END
}
