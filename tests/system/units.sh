#!/bin/sh
# SPDX-License-Identifier: MIT
# The units as they are installed: systemd finds nothing wrong in them, the one of the system is as little exposed as can be, and the
# service tells systemd what it should: READY with what confines it, RELOADING with the time, STOPPING.
# shellcheck source=tests/system/lib_account.sh
. "$(dirname "$0")/lib_account.sh"
command -v systemd-analyze >/dev/null || {
  echo "skipped: no systemd-analyze"
  exit 77
}
DESTDIR=$work/root cmake --install "$binary" --prefix /usr >"$work/install.log" || fail "install"
root=$work/root

# verify asks that the program is there: the units name the path of the package
for unit in "$root/usr/lib/systemd/system/passerelle@.service" "$root/usr/lib/systemd/user/passerelle.service"; do
  grep -q '^ExecStart=/usr/bin/passerelle run$' "$unit" || fail "$unit starts something else"
  sed "s,=/usr/bin/,=$root/usr/bin/," "$unit" >"$work/$(basename "$unit")"
done
mv "$work/passerelle@.service" "$work/passerelle@marie.service"
SYSTEMD_LOG_LEVEL=warning systemd-analyze verify --man=no "$work/passerelle@marie.service" >"$work/verify.log" 2>&1 || fail "verify: $(cat "$work/verify.log")"
[ ! -s "$work/verify.log" ] || fail "verify: $(cat "$work/verify.log")"
SYSTEMD_LOG_LEVEL=warning systemd-analyze --user verify --man=no "$work/passerelle.service" >"$work/verify.log" 2>&1 || fail "verify --user: $(cat "$work/verify.log")"
[ ! -s "$work/verify.log" ] || fail "verify --user: $(cat "$work/verify.log")"

systemd-analyze security --offline=true --threshold=11 "$work/passerelle@marie.service" >"$work/security.log" 2>&1 ||
  { cat "$work/security.log"; fail "the unit of the system is more exposed than 1.1"; }
grep Overall "$work/security.log"
for line in PrivateUsers=yes Type=notify 'RestartPreventExitStatus=64 78'; do
  for unit in "$work"/passerelle*.service; do
    grep -qxF "$line" "$unit" || fail "$unit has no $line"
  done
done
# systemd 252 puts a StateDirectory= of a user unit under ~/.config
! grep -q 'Directory=' "$work/passerelle.service" || fail "a folder of systemd in the user unit"

rm -rf "$root" # the emulator bears the password of its examples

# what the service tells
start_emulator --demo
write_config 'contacts_interval = 1h'
login
if ldd "$program" | grep -q libsystemd; then
  /usr/bin/python3 -B "$here/notify.py" "$program" "$XDG_CONFIG_HOME/passerelle/passerelle.conf" || fail "what systemd is told"
else
  echo "not looked at: what systemd is told; built without libsystemd"
fi
