#!/bin/sh
# SPDX-License-Identifier: MIT
# The bars themselves with the snippets of contrib/ as they stand: every state in each, a picture of each in BINARY/bars.
# shellcheck source=tests/system/lib_account.sh
. "$(dirname "$0")/lib_account.sh"
if [ -z "${PASSERELLE_LONG:-}" ]; then
  echo "skipped: the bars themselves are started in the long form only (PASSERELLE_LONG)"
  exit 77
fi
for tool in waybar sway grim i3bar i3 i3blocks polybar xmobar tmux promtool Xvfb import convert dbus-run-session; do
  command -v $tool >/dev/null || { echo "skipped: $tool is not installed (LONG_PACKAGES of contrib/depends.sh)"; exit 77; }
done
url=http://127.0.0.1:1
write_config
pictures=$binary/bars
rm -rf "$pictures"
mkdir -p "$pictures" "$work/bin"
ln -s "$program" "$work/bin/passerelle"
PATH=$work/bin:$PATH
HOME=$work
export PATH HOME
unset DISPLAY WAYLAND_DISPLAY SWAYSOCK I3SOCK NO_COLOR TMUX || true
pids=

at_end() {
  for pid in $pids; do kill -- "-$pid" 2>/dev/null || true; done
  tmux -L passerelle-outer kill-server 2>/dev/null || true
  tmux -L passerelle-inner kill-server 2>/dev/null || true
}
run() { # LOG COMMAND…: in a group of its own, with all that it starts
  log=$work/$1.bar.log
  shift
  setsid "$@" >"$log" 2>&1 &
  pids="$pids $!"
}

# The states, as the service would write them; a name the colours of which are in the third row.
say() { # JSON
  mkdir -p "$(dirname "$status_file")"
  printf '%s\n' "$1" >"$status_file.new"
  mv "$status_file.new" "$status_file"
}
hostile='<b>&%{F#f00}#[fg=red]#(touch '$work'/orders) | \\ \" \u202e\u0007'
mail='"mail":{"unread":3,"stale":false,"latest":[{"id":"1","from":"'$hostile'","subject":"'$hostile'"}]}'
state() { # NAME
  rm -f "$status_file.service"
  case $1 in
    ok) say '{"version":1,"account":"home","state":"ok","mail":{"unread":0,"stale":false}}' ;;
    unread) say '{"version":1,"account":"home","state":"ok",'"$mail"'}' ;;
    offline) say '{"version":1,"account":"home","state":"offline","message":"out of reach",'"$mail"'}' ;;
    attention) say '{"version":1,"account":"home","state":"held","message":"57 new contacts wait","action":{"kind":"confirm"},'"$mail"'}' ;;
    error) say '{"version":1,"account":"home","state":"error","message":"the journal is damaged"}' ;;
    stale)
      mkdir -p "$(dirname "$status_file")"
      : >"$status_file.service"
      say '{"version":1,"account":"home","state":"ok",'"$mail"',"next_sync":"2036-11-21T03:05:00Z"}'
      ;;
  esac
}
colour_of() {
  case $1 in
    unread) echo '#5fd7ff' ;;
    offline | stale) echo '#888888' ;;
    attention) echo '#ffb000' ;;
    error) echo '#ff4040' ;;
  esac
}
states='unread offline attention error stale'

# shows STATE PICTURE: takes the picture anew until it is in the colour of the state, or in none of them
take() { # to be defined for each screen
  :
}
pixels() { # PICTURE COLOUR
  convert "$1" -alpha off -fuzz 12% -fill black +opaque "$2" -fill white -opaque "$2" -format '%[fx:round(mean*w*h)]' info:
}
looks_like() { # STATE PICTURE
  take "$2" || return 1
  if [ "$1" = ok ]; then
    for other in $states; do
      [ "$(pixels "$2" "$(colour_of "$other")")" -lt 4 ] || return 1
    done
  else
    [ "$(pixels "$2" "$(colour_of "$1")")" -ge 4 ]
  fi
}
walk() { # BAR
  for name in unread ok offline attention error stale ok; do
    state $name
    wait_for 60 looks_like $name "$pictures/$1-$name.png" || { cat "$work"/*.bar.log; fail "$1 does not show $name: see $pictures/$1-$name.png"; }
  done
  echo "$1: unread, ok, offline, attention, error, stale"
}

# ---- waybar under sway without a screen ----
mkdir -p "$work/.config/waybar"
cp "$source/contrib/waybar/passerelle.jsonc" "$work/.config/waybar/"
cat >"$work/.config/waybar/config" <<END
{"layer": "top", "height": 30, "modules-right": ["custom/passerelle"], "include": ["$work/.config/waybar/passerelle.jsonc"]}
END
{
  echo '* { font-family: "DejaVu Sans"; font-size: 16px; } window#waybar { background: #1c1c1c; color: #ffffff; }'
  cat "$source/contrib/waybar/style.css"
} >"$work/.config/waybar/style.css"
cat >"$work/sway.conf" <<END
output * resolution 320x60 bg #303030 solid_color
xwayland disable
exec env >$work/sway.env
exec waybar -c $work/.config/waybar/config -s $work/.config/waybar/style.css >$work/waybar.bar.log 2>&1
END
state ok
as_person= # sway refuses to be run by root
[ "$(id -u)" -ne 0 ] || as_person="unshare --user --map-user=1000 --map-group=1000"
# shellcheck disable=SC2086 # words
run sway $as_person env WLR_BACKENDS=headless WLR_RENDERER=pixman WLR_LIBINPUT_NO_DEVICES=1 dbus-run-session -- sway -c "$work/sway.conf"
wait_for 60 grep -q '^WAYLAND_DISPLAY=' "$work/sway.env" || { cat "$work/sway.bar.log"; fail "sway does not start"; }
wayland=$(sed -n 's/^WAYLAND_DISPLAY=//p' "$work/sway.env")
take() {
  WAYLAND_DISPLAY=$wayland grim -g '0,0 320x30' "$1" 2>>"$work/grim.out"
}
walk waybar

# ---- the bars of X ----
number=90
while [ -e "/tmp/.X$number-lock" ] || [ -e "/tmp/.X11-unix/X$number" ]; do number=$((number + 1)); done
run xvfb Xvfb ":$number" -screen 0 480x60x24 -nolisten tcp
DISPLAY=:$number
export DISPLAY
wait_for 60 xwd -root -silent -out "$work/screen.xwd" || fail "no X server"
take() {
  import -silent -window root "$1" 2>>"$work/import.out"
}

cat >"$work/i3.conf" <<END
# i3 config file (v4)
font pango:DejaVu Sans Mono 12
bar {
  position top
  workspace_buttons no
  status_command i3blocks -c $source/contrib/i3blocks/passerelle.conf
}
END
state ok
run i3 i3 -c "$work/i3.conf"
i3=$!
walk i3blocks
kill $i3
wait_for 30 sh -c "! kill -0 $i3 2>/dev/null" || fail "i3 stays"

cat >"$work/polybar.ini" <<END
[bar/top]
width = 100%
height = 24
background = #1c1c1c
foreground = #ffffff
font-0 = DejaVu Sans Mono:size=12
modules-right = passerelle
END
cat "$source/contrib/polybar/passerelle.ini" >>"$work/polybar.ini"
run polybar polybar -c "$work/polybar.ini" top
polybar=$!
walk polybar
kill $polybar

cat >"$work/xmobarrc" <<END
Config { font = "DejaVu Sans Mono 12", bgColor = "#1c1c1c", fgColor = "#ffffff", position = Top
  , template = "}{%passerelle%"
  , commands = [ $(grep -v '^--' "$source/contrib/xmobar/passerelle.hs") ] }
END
run dbus dbus-daemon --session --nofork --nopidfile --address="unix:path=$XDG_RUNTIME_DIR/bus" # xmobar asks for one
wait_for 60 test -S "$XDG_RUNTIME_DIR/bus" || fail "no bus"
run xmobar xmobar "$work/xmobarrc"
xmobar=$!
walk xmobar
kill $xmobar

# ---- tmux in tmux: what its status line says ----
cp "$source/contrib/tmux/passerelle.conf" "$work/.tmux.conf"
printf 'set -g status-right ""\nset -g status-right-length 200\n' | cat - "$source/contrib/tmux/passerelle.conf" >"$work/inner.conf"
tmux -L passerelle-outer -f /dev/null new-session -d -x 150 -y 6 "tmux -L passerelle-inner -f '$work/inner.conf' new-session cat"
status_line() {
  tmux -L passerelle-outer capture-pane -p | tail -n 1
}
says() {
  status_line | grep -q -- "$1"
}
state ok
for pair in 'unread:  *3$' 'offline:3 offline$' 'attention:3 held$' 'error:! error$' 'stale:3 not running$'; do
  state "${pair%%:*}"
  wait_for 60 says "${pair#*:}" || { status_line; fail "tmux does not show ${pair%%:*}"; }
done
echo "tmux: unread, offline, attention, error, stale"

# ---- text of others, where it was asked for, is shown as it is and does nothing ----
state unread
sed -i 's/--format tmux/& --latest/' "$work/inner.conf"
tmux -L passerelle-inner source-file "$work/inner.conf"
wait_for 60 says '3 <b>&%{F#f00}#\[fg=red\]#(touch ' || { status_line; fail "tmux does not show hostile text as it is"; }
sed 's/--format xmobar/& --latest/' "$work/xmobarrc" >"$work/xmobarrc.latest"
run xmobar-text xmobar --text=Plain "$work/xmobarrc.latest"
wait_for 60 grep -qF '3 <b>&%{F#f00}#[fg=red]#(touch ' "$work/xmobar-text.bar.log" || { cat "$work/xmobar-text.bar.log"; fail "xmobar does not show hostile text as it is"; }
sed 's/--format i3blocks/& --latest/' "$source/contrib/i3blocks/passerelle.conf" >"$work/i3blocks.latest"
run i3blocks-text i3blocks -c "$work/i3blocks.latest"
wait_for 60 grep -qF '"full_text":"3 <b>&%{F#f00}#[fg=red]#(touch ' "$work/i3blocks-text.bar.log" || { cat "$work/i3blocks-text.bar.log"; fail "i3blocks does not show hostile text as it is"; }
run i3blocks-plain i3blocks -c "$source/contrib/i3blocks/passerelle-plain.conf"
wait_for 60 grep -q '"full_text":"3"' "$work/i3blocks-plain.bar.log" || { cat "$work/i3blocks-plain.bar.log"; fail "i3blocks does not read its plain form"; }
sed 's/--format polybar/& --latest/' "$work/polybar.ini" >"$work/polybar.latest"
run polybar-latest polybar -c "$work/polybar.latest" top
take() {
  import -silent -window root "$1" 2>>"$work/import.out"
}
wait_for 60 looks_like unread "$pictures/polybar-hostile.png" || fail "polybar does not show hostile text in our colour"
[ "$(pixels "$pictures/polybar-hostile.png" '#ff0000')" -lt 4 ] || fail "polybar takes an order out of a mail"
[ ! -e "$work/orders" ] || fail "a bar has run what a mail said"
echo "hostile text: shown as it is"

# ---- metrics ----
passerelle status --format prometheus >"$work/metrics.prom"
promtool check metrics <"$work/metrics.prom" || fail "promtool does not like the metrics"
echo "prometheus: $(grep -vc '^#' "$work/metrics.prom") samples"
echo "count: $(find "$pictures" -name '*.png' | wc -l) pictures of bars in $pictures"
