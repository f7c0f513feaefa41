#!/bin/sh
# SPDX-License-Identifier: MIT
# The package in a Debian of its own, booted for real: what systemd makes of the units. Only in the long form.
# shellcheck source=tests/system/lib_account.sh
. "$(dirname "$0")/lib_account.sh"
# shellcheck source=tests/system/lib_root.sh
. "$(dirname "$0")/lib_root.sh"
needs_long debootstrap chroot systemd-nspawn cpack dpkg-shlibdeps
make_package 0.1.0
make_root
cp "$package" "$root/root/package.deb"
# the next version of it, whose units one can tell from those of this one
dpkg-deb -R "$package" "$work/next"
sed -i 's/^Version:.*/Version: 99.0-1/' "$work/next/DEBIAN/control"
sed -i 's/^Description=.*/Description=the next one/' "$work/next/lib/systemd/system/passerelle@.service" "$work/next/usr/lib/systemd/user/passerelle.service"
dpkg-deb --root-owner-group -b "$work/next" "$root/root/next.deb" >"$work/next.out"
rm -rf "$work/next"
in_root dpkg -i /root/package.deb >"$work/install.out" 2>&1 || { cat "$work/install.out"; fail "install"; }

for user in marie paul; do
  in_root useradd -m "$user"
  mkdir -p "$root/home/$user/.config/passerelle"
  echo key >"$root/home/$user/key"
  printf 'secret:for trying\n' >"$root/home/$user/password"
  chmod 600 "$root/home/$user/password" "$root/home/$user/key"
  chroot "$root" chown -R "$user:" "/home/$user"
done
mkdir -p "$root/var/lib/systemd/linger"
: >"$root/var/lib/systemd/linger/paul"
rm -f "$root/home/marie/password"
printf 'secret:for trying\n' >"$root/root/orange.password"
cat >"$root/root/passerelle.conf" <<'END'
[general]
log_level = debug
[account home]
remote = orange
endpoint = http://127.0.0.1:PORT
service_id = YOURSERVIC1234567890
service_password_file = /home/USER/password
contacts = /home/USER/contacts
calendar = /home/USER/calendar
requests_per_minute = 100000
on_action_command = echo "$PASSERELLE_ACTION" >/home/USER/hooked
END

# what is faster than in life, and the intruder in marie's cycles
cp "$binary/tests/libintruder.so" "$root/usr/lib/intruder.so"
mkdir -p "$root/etc/systemd/system/passerelle@marie.service.d"
cat >"$root/etc/systemd/system/passerelle@marie.service.d/test.conf" <<'END'
[Service]
WatchdogSec=3
TimeoutAbortSec=3
RestartSec=1
LoadCredential=orange:/root/orange.password
Environment=LD_PRELOAD=/usr/lib/intruder.so PASSERELLE_INTRUDER=/var/lib/passerelle-marie/intruder
END
mkdir -p "$root/etc/systemd/user/passerelle.service.d"
printf '[Service]\nRestartSec=1\n' >"$root/etc/systemd/user/passerelle.service.d/test.conf"
cat >"$root/etc/systemd/system/emulator.service" <<'END'
[Service]
RuntimeDirectory=emulator
RuntimeDirectoryMode=0755
ExecStart=/usr/bin/passerelle-emulator --demo --port-file /run/emulator/port --token-file /run/emulator/token
END
# landlock_create_ruleset asked for its version
if /usr/bin/python3 -c 'import ctypes, sys; sys.exit(ctypes.CDLL(None).syscall(444, None, 0, 1) < 1)'; then
  : >"$root/root/landlock"
fi
cp "$here/lib_inside.sh" "$root/root/inside.sh"
chmod 755 "$root/root/inside.sh"
cat >"$root/etc/systemd/system/inside.service" <<'END'
[Unit]
After=basic.target systemd-logind.service
[Service]
Type=oneshot
ExecStart=/root/inside.sh
ExecStopPost=/bin/systemctl poweroff --no-block
TimeoutStartSec=600
[Install]
WantedBy=multi-user.target
END
in_root systemctl enable inside >"$work/enable.out" 2>&1 || fail "enable"

timeout --kill-after=10 600 systemd-nspawn -D "$root" --register=no --keep-unit --private-network --system-call-filter="landlock_create_ruleset landlock_add_rule landlock_restrict_self" \
  -b </dev/null >"$work/console.out" 2>&1 || { tail -n 20 "$work/console.out"; echo "the machine ended with $?"; }
[ -s "$root/root/result" ] || {
  grep -E 'Failed to|denied|not permitted' "$work/console.out" | head -n 5
  fail "it did not boot"
}
cat "$root/root/result"
! grep '^FAILED' "$root/root/result" >/dev/null || fail "see above"
grep -qx 'done' "$root/root/result" || fail "it did not come to its end"
rm -rf "$root" # it holds the password of the examples
