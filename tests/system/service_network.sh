#!/bin/sh
# SPDX-License-Identifier: MIT
# Without a network a cycle is put off, and when a route comes it starts within seconds.
# shellcheck source=tests/system/lib_account.sh
. "$(dirname "$0")/lib_account.sh"
# shellcheck source=tests/system/lib_service.sh
. "$here/lib_service.sh"
if ! unshare -n ip link add out type veth peer name other 2>/dev/null; then
  echo "skipped: no network namespace with an interface of its own can be made here"
  exit 77
fi
url=https://192.0.2.1
printf 'token-for-trying' >"$work/token"
write_config
login
# shellcheck disable=SC2016 # the inner shell's own
unshare -n sh -c 'echo $$ >"$1"; ip link set lo up; exec "$0" -v run' "$program" "$work/pid" >"$work/service.log" 2>&1 &
service=$!
wait_for 30 grep -q 'there is no network: put off' "$work/service.log" || fail "without a route a cycle is not put off"
[ "$(cycles)" -eq 0 ] || fail "a cycle starts without a route"
began=$(date +%s%N)
nsenter -t "$(cat "$work/pid")" -n sh -c 'ip link add out type veth peer name other && ip link set other up && ip addr add 192.0.2.2/24 dev out && ip link set out up'
starts() {
  [ "$(cycles)" -ge 1 ]
}
tries=120 # not as long as a cycle is put off without a route
until starts || [ $tries -eq 0 ]; do
  sleep 0.1
  tries=$((tries - 1))
done
starts || fail "a route comes and nothing starts"
echo "with a route a cycle starts after $((($(date +%s%N) - began) / 1000000)) ms"
stop_service "offline"
echo "put off without a network, and started with one"
