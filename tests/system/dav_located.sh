#!/bin/sh
# SPDX-License-Identifier: MIT
# Only a domain is configured: where its address books and calendars are, its DNS tells (RFC 6764). In a network of its own.
set -u
binary=${2:?usage: dav_located.sh SOURCE_FOLDER BINARY_FOLDER}
for program in radicale openssl; do
  command -v $program >/dev/null || { echo "skipped: no $program here"; exit 77; }
done
if ! unshare -rmn sh -c 'ip link set lo up && for name in resolv.conf nsswitch.conf; do mount --bind /dev/null /etc/$name || exit 1; done' \
  2>/dev/null; then
  echo "skipped: no network and no mounts of one's own here"
  exit 77
fi
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 36500 -keyout "$work/key" -out "$work/certificate" \
  -subj "/CN=dav.example.test" -addext "subjectAltName=DNS:dav.example.test,DNS:dav.elsewhere.test" 2>/dev/null || exit 1
echo "nameserver 127.0.0.1" >"$work/resolv.conf"
echo "hosts: dns" >"$work/nsswitch.conf"
# shellcheck disable=SC2016 # for the shell inside
unshare -rmn sh -c 'ip link set lo up && for name in resolv.conf nsswitch.conf; do mount --bind "$3/$name" /etc/$name || exit 1; done &&
  exec /usr/bin/python3 -B "$1" "$2" "$3"' sh "$1/tests/system/dav_located.py" "$binary" "$work"
