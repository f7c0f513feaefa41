# shellcheck shell=sh disable=SC2034,SC2154
# SPDX-License-Identifier: MIT
# Sourced by the tests of the package: a Debian of its own below the folder of the test.
# needs_long: ends as skipped where the long form is not asked for, or cannot be.
needs_long() { # PROGRAMS…
  if [ -z "${PASSERELLE_LONG:-}" ]; then
    echo "skipped: only in the long form (PASSERELLE_LONG)"
    exit 77
  fi
  [ "$(id -u)" -eq 0 ] || {
    echo "skipped: needs root"
    exit 77
  }
  for needed in "$@"; do
    command -v "$needed" >/dev/null || {
      echo "skipped: no $needed"
      exit 77
    }
  done
}

# make_package VERSION: a .deb in $work; its name in $package. One at a time: cpack installs through the folder of the build.
make_package() {
  mkdir -p "$work/package-$1"
  (
    flock 9
    cpack --config "$binary/CPackConfig.cmake" -G DEB -B "$work/package-$1" -D "CPACK_PACKAGE_VERSION=$1" >"$work/cpack.out" 2>&1 || fail "cpack"
  ) 9>"$binary/package.lock"
  rm -rf "$work/package-$1/_CPack_Packages"
  package=$(echo "$work/package-$1"/*.deb)
  [ -s "$package" ] || fail "no package"
}

# make_root: Debian 12 with what the package depends on, in $work/root. Fetched once per folder of the build,
# and anew when what is in it changes.
root_packages=systemd,systemd-sysv,dbus,dbus-user-session,libpam-systemd,procps,jq,curl,ca-certificates,tzdata
make_root() {
  root=$work/root
  needs=$(dpkg-deb -f "$package" Depends | sed 's/([^)]*)//g; s/,/ /g')
  kept=$binary/bookworm-root-$(echo "$root_packages $needs" | cksum | cut -d' ' -f1).tar
  (
    flock 9
    if [ ! -s "$kept" ]; then
      debootstrap --variant=minbase --include=$root_packages bookworm "$work/fetch" >"$work/debootstrap.out" 2>&1 || exit 1
      cp -L /etc/resolv.conf "$work/fetch/etc/resolv.conf"
      # shellcheck disable=SC2086 # words
      chroot "$work/fetch" apt-get install -y --no-install-recommends $needs >>"$work/debootstrap.out" 2>&1 || exit 1
      chroot "$work/fetch" apt-get clean
      rm -f "$binary"/bookworm-root*.tar
      tar -C "$work/fetch" -cf "$kept.new" . && mv "$kept.new" "$kept"
      rm -rf "$work/fetch"
    fi
  ) 9>"$binary/root.lock" || {
    tail -n 5 "$work/debootstrap.out"
    echo "skipped: no Debian can be fetched"
    rm -rf "$work/fetch"
    exit 77
  }
  mkdir "$root"
  tar -C "$root" -xf "$kept"
}
in_root() {
  chroot "$root" env LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive PATH=/usr/sbin:/usr/bin:/sbin:/bin "$@"
}
