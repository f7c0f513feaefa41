#!/bin/sh
# SPDX-License-Identifier: MIT
# The Debian package: what is in it, what lintian says; in the long form it is installed, upgraded, removed and purged in a Debian of
# its own, and what belongs to the persons stays.
# shellcheck source=tests/system/lib_account.sh
. "$(dirname "$0")/lib_account.sh"
# shellcheck source=tests/system/lib_root.sh
. "$(dirname "$0")/lib_root.sh"
for needed in cpack dpkg-deb dpkg-shlibdeps; do
  command -v $needed >/dev/null || {
    echo "skipped: no $needed"
    exit 77
  }
done
version=$(sed -n 's/^project(passerelle VERSION \([0-9.]*\).*/\1/p' "$source/CMakeLists.txt")
make_package "$version"
first=$package
dpkg-deb -c "$first" >"$work/list"

# the whole list, but for manual pages and units of which there may be more
for file in etc/passerelle/passerelle.conf usr/bin/passerelle usr/bin/passerelle-emulator lib/systemd/system/passerelle@.service \
  usr/lib/systemd/user/passerelle.service usr/share/man/man1/passerelle.1.gz usr/share/man/man1/passerelle-emulator.1.gz \
  usr/share/man/man5/passerelle.conf.5.gz usr/share/man/man7/passerelle-server.7.gz usr/share/bash-completion/completions/passerelle usr/share/zsh/site-functions/_passerelle \
  usr/share/fish/vendor_completions.d/passerelle.fish usr/share/doc/passerelle/copyright usr/share/doc/passerelle/changelog.Debian.gz; do
  grep -q " \./$file\$" "$work/list" || fail "the package has no $file"
done
stray=$(awk '$1 !~ /^d/ { print $6 }' "$work/list" | grep -vE '^\./(etc/passerelle|usr/bin|(usr/)?lib/systemd|usr/share/(man|doc/passerelle|bash-completion|zsh|fish))/' || true)
[ -z "$stray" ] || fail "the package has $stray"
! awk '$1 !~ /^d/ { print $6 }' "$work/list" | grep '/man/.*[0-9]$' || fail "a manual page is not compressed"
! grep -E '^.(.......w|....w|..[sS]|.....[sS])' "$work/list" | grep -v '^d' || fail "others may write to a file, or it changes who runs it"
! awk '{ print $2 }' "$work/list" | grep -v '^root/root$' || fail "a file is not root's"
[ "$(dpkg-deb -f "$first" Version)" = "$version-1" ] || fail "version"
dpkg-deb -f "$first" Depends | grep -q 'libcurl4 (>= ' || fail "the libraries are not among what it depends on"
maintainer=$(sed -n 's/^PACKAGE_MAINTAINER:STRING=//p' "$binary/CMakeCache.txt")
[ "$(dpkg-deb -f "$first" Maintainer)" = "$maintainer" ] || fail "maintainer: $(dpkg-deb -f "$first" Maintainer)"
dpkg-deb -x "$first" "$work/content"
zcat "$work/content/usr/share/doc/passerelle/changelog.Debian.gz" | head -n 1 | grep -qF "($version-1)" || fail "the change log speaks of another version"
zcat "$work/content/usr/share/doc/passerelle/changelog.Debian.gz" | grep -qF -- " -- $maintainer  " || fail "the change log names another maintainer"
grep -q '^ExecStart=/usr/bin/passerelle run$' "$work/content/lib/systemd/system/passerelle@.service" || fail "the unit starts something else"
if command -v lintian >/dev/null; then
  lintian --allow-root --no-cfg "$first" >"$work/lintian.out" 2>&1 || true
  ! grep '^E:' "$work/lintian.out" || fail "lintian"
  echo "lintian: no errors, $(grep -c '^W:' "$work/lintian.out" || true) warnings"
else
  echo "not looked at: what lintian says; it is not installed"
fi

# as it is installed the configuration says what it needs
expect 78 -c "$work/content/etc/passerelle/passerelle.conf" check
grep -q 'endpoint, service_id' "$work/last.err.out" || fail "no word on what to fill in"
rm -rf "$work/content"

if [ -z "${PASSERELLE_LONG:-}" ]; then
  echo "not tried: install, upgrade, remove, purge; only in the long form (PASSERELLE_LONG)"
  exit 0
fi
needs_long debootstrap chroot
make_package 99.0
second=$package
make_root
try() { # WHAT COMMAND…
  what=$1
  shift
  in_root "$@" >"$work/try.out" 2>&1 || { cat "$work/try.out"; fail "$what"; }
}
put() { # a package into the root
  cp "$1" "$root/root/package.deb"
  try "install $(basename "$1")" dpkg -i /root/package.deb
}
installed() {
  in_root dpkg-query -W -f '${db:Status-Status} ${Version}' passerelle
}
wants=$root/etc/systemd/system/multi-user.target.wants/passerelle@marie.service
yours() { # what belongs to a person
  for file in var/lib/passerelle-marie/home.journal home/marie/.local/state/passerelle/home.journal home/marie/.config/passerelle/passerelle.conf; do
    [ -s "$root/$file" ] || fail "$1 took /$file"
  done
}

put "$first"
[ "$(installed)" = "installed $version-1" ] || fail "not installed: $(installed)"
try "the program runs" passerelle --version
in_root passerelle check >"$work/check.out" 2>&1 && fail "the example alone is an account"
grep -q '/etc/passerelle/passerelle.conf:1:' "$work/check.out" || fail "the configuration of the host is not read"
try "a user" useradd -m marie
[ ! -e "$wants" ] || fail "the package enables a unit by itself"
try "enable" systemctl enable passerelle@marie
[ -L "$wants" ] || fail "enable"
try "enable for all" systemctl --global enable passerelle
for folder in var/lib/passerelle-marie home/marie/.local/state/passerelle home/marie/.config/passerelle; do
  mkdir -p "$root/$folder"
done
for file in var/lib/passerelle-marie/home.journal home/marie/.local/state/passerelle/home.journal home/marie/.config/passerelle/passerelle.conf; do
  echo mine >"$root/$file"
done
echo '; an edit' >>"$root/etc/passerelle/passerelle.conf"

put "$second"
[ "$(installed)" = "installed 99.0-1" ] || fail "not upgraded: $(installed)"
grep -q '^; an edit' "$root/etc/passerelle/passerelle.conf" || fail "the upgrade took an edit of the configuration"
[ -L "$wants" ] || fail "the upgrade disabled the unit"
yours "the upgrade"

try "remove" dpkg --remove passerelle
[ ! -e "$root/usr/bin/passerelle" ] || fail "remove left the program"
grep -q '^; an edit' "$root/etc/passerelle/passerelle.conf" || fail "remove took the configuration"
yours "remove"

put "$second"
[ -L "$wants" ] || fail "after remove and install the unit is no longer enabled"
try "purge" dpkg --purge passerelle
[ ! -e "$root/etc/passerelle" ] || fail "purge left the configuration"
[ ! -L "$wants" ] || fail "purge left a link to the unit"
left=$(cd "$root" && find usr lib etc -name '*passerelle*' ! -path 'etc/systemd/user/*' 2>/dev/null)
[ -z "$left" ] || fail "purge left $left"
yours "purge"
echo "installed, enabled, upgraded, removed, purged; what belongs to the persons is there"
