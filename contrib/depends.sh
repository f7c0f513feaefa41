# shellcheck shell=sh disable=SC2034
# SPDX-License-Identifier: MIT
# Sourced by try.sh and check.sh: sees that the packages named in its arguments are installed (Debian).
# Installs what is missing with apt when it may; otherwise prints the exact command and ends.

depends() {
  missing=
  for package in "$@"; do
    case $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) in
      installed) ;;
      *) missing="$missing $package" ;;
    esac
  done
  [ -z "$missing" ] && return 0
  if ! command -v apt-get >/dev/null 2>&1; then
    echo "This needs Debian's packages:$missing" >&2
    exit 69
  fi
  if [ "$(id -u)" -eq 0 ]; then
    as_root=
  elif sudo -n true 2>/dev/null; then
    as_root="sudo -n"
  else
    echo "Packages are missing. As root, run:" >&2
    echo "  apt-get update && apt-get install -y --no-install-recommends$missing" >&2
    exit 69
  fi
  echo "installing:$missing"
  log=$(mktemp)
  # shellcheck disable=SC2086 # the lists are words
  if ! { $as_root apt-get update -qq && DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends $missing; } >"$log" 2>&1; then
    cat "$log" >&2
    rm -f "$log"
    echo "apt-get failed; the packages that are missing:$missing" >&2
    exit 69
  fi
  rm -f "$log"
}

BUILD_PACKAGES="gcc libc6-dev make cmake pkg-config libglib2.0-dev libcurl4-openssl-dev libxml2-dev libical-dev
  libinih-dev libsqlite3-dev libjansson-dev libmicrohttpd-dev libgnutls28-dev libsystemd-dev tzdata ca-certificates"
# what the tests use beside that: the Check framework, a second compiler with its sanitizers, valgrind,
# the programs that read what we wrote, and the tools that look at texts
TEST_PACKAGES="check radicale xandikos vdirsyncer nghttp2-proxy clang llvm libclang-rt-14-dev curl valgrind khal khard python3 python3-vobject python3-icalendar
  mandoc dpkg-dev shellcheck clang-format jq openssl strace procps iproute2 systemd chromium chromium-driver dovecot-imapd"
# what only the long check uses: the bars themselves, screens without a screen, and what looks at them
LONG_PACKAGES="waybar sway grim i3-wm i3blocks polybar xmobar tmux prometheus xvfb x11-apps imagemagick dbus fonts-dejavu-core
  debootstrap systemd-container lintian"
# what try.sh shows things with
TRY_PACKAGES="curl jq"
