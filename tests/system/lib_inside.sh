#!/bin/sh
# SPDX-License-Identifier: MIT
# Run by boot.sh in the Debian that it boots, as a unit: what systemd makes of the service. Each line of /root/result is "ok …" or
# "FAILED …"; the last one is "done". marie has the unit of the system, paul, who lingers, that of a user.
set -u
result=/root/result
: >"$result"
say() {
  echo "$*" >>"$result"
}
wait_for() { # SECONDS COMMAND…
  tries=$(($1 * 5))
  shift
  while [ $tries -gt 0 ]; do
    "$@" >/dev/null 2>&1 && return 0
    sleep 0.2
    tries=$((tries - 1))
  done
  return 1
}
check() { # WHAT SECONDS COMMAND…
  what=$1
  shift
  if wait_for "$@"; then
    say "ok $what"
  else
    say "FAILED $what"
  fi
}
of_marie() {
  systemctl show -P "$1" passerelle@marie
}
of_paul() {
  runuser -u paul -- env XDG_RUNTIME_DIR="/run/user/$(id -u paul)" systemctl --user "$@"
}
is() { # VALUE COMMAND…
  wanted=$1
  shift
  [ "$("$@")" = "$wanted" ]
}
has() { # TEXT COMMAND…
  wanted=$1
  shift
  "$@" | grep -qF "$wanted"
}
is_other() { # PID COMMAND…
  old=$1
  shift
  now=$("$@")
  [ "$now" != "$old" ] && [ "$now" != 0 ]
}

# The container bears a nameless pipe there, which nothing can be mounted over; a host has a file.
umount /proc/kmsg 2>/dev/null || true
systemctl start emulator
check "the emulator" 30 test -s /run/emulator/token
for user in marie paul; do
  sed "s/PORT/$(cat /run/emulator/port)/; s/USER/$user/" /root/passerelle.conf >"/home/$user/.config/passerelle/passerelle.conf"
  chown -R "$user:" "/home/$user/.config"
done
sed -i 's/^service_password_file.*/service_password_file = credential:orange/' /home/marie/.config/passerelle/passerelle.conf
# paul's password comes over the bus of his session, as by secret-tool; his command also tries what his unit keeps from it
sed -i 's/^service_password_file.*/service_password_command = busctl --user call org.freedesktop.DBus \/org\/freedesktop\/DBus org.freedesktop.DBus GetId >\/home\/paul\/bus \&\& cat \/home\/paul\/password/
  s/^on_action_command.*/&; chgrp paul \/home\/paul\/key 2>\/home\/paul\/refused/' /home/paul/.config/passerelle/passerelle.conf
install -d -m 0700 -o marie -g marie /var/lib/passerelle-marie
install -m 0600 -o marie -g marie /run/emulator/token /var/lib/passerelle-marie/home.token

# READY, STATUS, LoadCredential
systemctl start passerelle@marie || say "FAILED start: $(journalctl -u passerelle@marie --no-pager | tail -n 5)"
check "READY" 20 is active of_marie ActiveState
say "STATUS of the system unit: $(of_marie StatusText)"
check "STATUS: confined by all" 1 sh -c 'systemctl show -P StatusText passerelle@marie | grep -Eq "^1 account; confined: (landlock [0-9]+, )?limits, no new privileges, seccomp$"'
check "the password by LoadCredential, the status in the run-time folder" 60 jq -e '.state == "ok" and .mail.unread == 3' /run/passerelle-marie/home.json
check "contacts in the home" 60 sh -c '[ "$(ls /home/marie/contacts | grep -c vcf)" -ge 11 ]'
check "a cycle can start no shell and touch nothing outside" 20 sh -c 'test ! -e /root/landlock || [ "$(cat /var/lib/passerelle-marie/intruder)" = "write refused
read refused
shell refused" ]'
say "the intruder: $(tr '\n' ';' </var/lib/passerelle-marie/intruder)"
check "the service itself sees no other home" 1 sh -c '! nsenter -t "$(systemctl show -P MainPID passerelle@marie)" -m ls /home/paul'
check "and cannot write to the host" 1 sh -c '! nsenter -t "$(systemctl show -P MainPID passerelle@marie)" -m touch /etc/x /usr/x /var/x'

# the person's own command is run outside of the confinement
check "a hook has its shell" 60 test -s /home/marie/hooked

# reload
systemctl reload passerelle@marie
check "reload" 20 has "the configuration is read again" journalctl -u passerelle@marie --no-pager
check "ready again" 20 is active of_marie ActiveState
echo 'nonsense = 1' >>/home/marie/.config/passerelle/passerelle.conf
systemctl reload passerelle@marie
check "a wrong configuration is refused" 20 has nonsense journalctl -u passerelle@marie --no-pager
check "and the service goes on" 5 is active of_marie ActiveState
sed -i '/^nonsense/d' /home/marie/.config/passerelle/passerelle.conf

# WATCHDOG, crash
pid=$(of_marie MainPID)
[ "${pid:-0}" -eq 0 ] || kill -STOP "$pid"
check "WATCHDOG: a stopped loop is started anew" 60 is_other "$pid" of_marie MainPID
check "it is ready" 30 is active of_marie ActiveState
say "restarts: $(of_marie NRestarts)"
pid=$(of_marie MainPID)
[ "${pid:-0}" -eq 0 ] || kill -SEGV "$pid"
check "a crash is started anew" 60 is_other "$pid" of_marie MainPID
check "it is ready once more" 30 is active of_marie ActiveState

# stop
systemctl stop passerelle@marie
check "stop" 5 is inactive of_marie ActiveState
check "it ended well" 1 is success of_marie Result

# a configuration that makes no sense is not tried again and again
echo 'nonsense = 1' >>/home/marie/.config/passerelle/passerelle.conf
systemctl start passerelle@marie
check "a configuration error ends in failed" 20 is failed of_marie ActiveState
check "with its exit status" 1 is 78 of_marie ExecMainStatus

# the user's unit
check "the manager of a user who lingers" 60 of_paul list-units
install -d -o paul -g paul -m 0700 /home/paul/.local /home/paul/.local/state /home/paul/.local/state/passerelle
install -m 0600 -o paul -g paul /run/emulator/token /home/paul/.local/state/passerelle/home.token
of_paul start passerelle || say "FAILED start: $(journalctl --no-pager | tail -n 8)"
check "user: READY" 20 is active of_paul show -P ActiveState passerelle
say "STATUS of the user unit: $(of_paul show -P StatusText passerelle)"
check "user: STATUS" 1 sh -c "runuser -u paul -- env XDG_RUNTIME_DIR=/run/user/$(id -u paul) systemctl --user show -P StatusText passerelle | grep -Eq 'limits, no new privileges, seccomp'"
check "user: a status in the run-time folder" 60 jq -e '.state == "ok" and .mail.unread == 3' "/run/user/$(id -u paul)/passerelle/home.json"
check "user: contacts in the home" 60 sh -c '[ "$(ls /home/paul/contacts | grep -c vcf)" -ge 11 ]'
check "user: a hook has its shell" 60 test -s /home/paul/hooked
pid=$(of_paul show -P MainPID passerelle)
check "user: it runs in a user namespace of its own" 1 sh -c "readlink /proc/$pid/ns/user && [ \"\$(readlink /proc/$pid/ns/user)\" != \"\$(readlink /proc/1/ns/user)\" ]"
check "user: the bus of the session answers its commands" 1 grep -q '^s "' /home/paul/bus
check "user: no capability, a namespace of its own for IPC" 1 sh -c "grep -q '^CapBnd:.0*\$' /proc/$pid/status && readlink /proc/$pid/ns/ipc && [ \"\$(readlink /proc/$pid/ns/ipc)\" != \"\$(readlink /proc/1/ns/ipc)\" ]"
check "user: it sees its home and no other" 1 sh -c "nsenter -t $pid -m ls /home/paul/contacts && ! nsenter -t $pid -m ls /home/marie"
check "user: it can write there, and not to the host" 1 sh -c "nsenter -t $pid -m touch /home/paul/x && ! nsenter -t $pid -m touch /etc/x && ! nsenter -t $pid -m touch /usr/x && ! nsenter -t $pid -m touch /home/x"
check "user: calls of the privileged are refused" 20 grep -q 'not permitted' /home/paul/refused
[ "${pid:-0}" -eq 0 ] || kill -KILL "$pid"
check "user: a crash is started anew" 60 is_other "$pid" of_paul show -P MainPID passerelle
of_paul stop passerelle
check "user: stop" 10 is inactive of_paul show -P ActiveState passerelle

# the package: what runs is started anew by an upgrade and stopped by a removal, and nothing else is started
sed -i '/^nonsense/d' /home/marie/.config/passerelle/passerelle.conf
systemctl reset-failed passerelle@marie
dpkg -i /root/package.deb >/root/dpkg.out 2>&1 || say "FAILED install: $(tail -n 3 /root/dpkg.out)"
check "installing starts nothing" 1 sh -c 'test -x /usr/bin/passerelle && ! pgrep -x passerelle'
systemctl start passerelle@marie
of_paul start passerelle
pid=$(of_marie MainPID)
pid_of_paul=$(of_paul show -P MainPID passerelle)
dpkg -i /root/next.deb >/root/dpkg.out 2>&1 || say "FAILED upgrade: $(tail -n 3 /root/dpkg.out)"
check "an upgrade starts the service anew" 20 is_other "$pid" of_marie MainPID
check "it is ready after it" 20 is active of_marie ActiveState
check "by the unit of the next version" 1 is "the next one" of_marie Description
check "user: an upgrade starts the service anew" 20 is_other "$pid_of_paul" of_paul show -P MainPID passerelle
check "user: it is ready after it" 20 is active of_paul show -P ActiveState passerelle
check "user: by the unit of the next version" 1 is "the next one" of_paul show -P Description passerelle
dpkg --remove passerelle >/root/dpkg.out 2>&1 || say "FAILED removal: $(tail -n 3 /root/dpkg.out)"
# at once: a service whose program is gone may end by itself
if pgrep -x passerelle; then
  say "FAILED a removal stops both"
else
  say "ok a removal stops both"
fi
check "and systemd forgets the unit" 1 is not-found of_marie LoadState
dpkg -i /root/next.deb >/root/dpkg.out 2>&1 || say "FAILED install: $(tail -n 3 /root/dpkg.out)"
check "installing it again starts nothing" 1 sh -c 'test -x /usr/bin/passerelle && ! pgrep -x passerelle'
check "what belongs to the persons is there" 1 test -s /var/lib/passerelle-marie/home.token -a -s /home/paul/.local/state/passerelle/home.token
check "no secret in the journal" 1 sh -c '! journalctl --no-pager | grep -qF "secret:for trying"'
say "done"
