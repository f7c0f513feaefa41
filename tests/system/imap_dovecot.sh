#!/bin/sh
# SPDX-License-Identifier: MIT
# The IMAP driver against Dovecot on loopback: counts, the newest unread, waiting for deliveries, 10,000 mails, tokens, a server
# that restarts while we wait; and no mail is ever marked as read.
# shellcheck source=tests/system/lib_account.sh
. "$(dirname "$0")/lib_account.sh"
# shellcheck source=tests/system/lib_service.sh
. "$(dirname "$0")/lib_service.sh"
for tool in dovecot doveadm openssl; do
  command -v $tool >/dev/null || { echo "skipped: no $tool"; exit 77; }
done
[ -x /usr/lib/dovecot/imap ] || { echo "skipped: no dovecot-imapd"; exit 77; }
client=$binary/tests/imap_client
secret=s3cret-imap-word
dovecot=

# ---- the server ----
# Short: paths of sockets are at most 108 bytes. Others' processes must get in where root starts it.
mail=$(mktemp -d /tmp/dovecot-XXXXXX)
chmod 755 "$mail"
if [ "$(id -u)" -eq 0 ]; then
  login_user=dovenull internal_user=dovecot mail_user=nobody mail_group=nogroup
else
  login_user=$(id -un) internal_user=$(id -un) mail_user=$(id -un) mail_group=$(id -gn)
fi
ports=$(/usr/bin/python3 -c '
import socket
taken = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
print(*[each.getsockname()[1] for each in taken])')
plain_port=${ports% *} tls_port=${ports#* }
mkdir -p "$mail/run" "$mail/home" "$mail/keys/default/HS256"
printf 'the key of the tokens, 32 bytes.' | base64 >"$mail/keys/default/HS256/default"
chown -R "$mail_user:$mail_group" "$mail/home"
cat >"$mail/oauth2.conf" <<END
introspection_mode = local
local_validation_key_dict = fs:posix:prefix=$mail/keys/
username_attribute = sub
END
cat >"$mail/dovecot.conf" <<END
base_dir = $mail/run
state_dir = $mail/run
log_path = $mail/log
protocols = imap
ssl = yes
ssl_cert = <$source/tests/fixtures/tls/loopback.pem
ssl_key = <$source/tests/fixtures/tls/loopback.key
default_login_user = $login_user
default_internal_user = $internal_user
default_internal_group = $(id -gn "$internal_user")
default_vsz_limit = 1G
auth_mechanisms = plain oauthbearer xoauth2
mail_location = mdbox:~/mail
mail_uid = $mail_user
mail_gid = $mail_group
first_valid_uid = 0
mail_fsync = never
auth_failure_delay = 0
passdb {
  driver = static
  args = password=$secret
  mechanisms = plain login none
}
passdb {
  driver = oauth2
  mechanisms = oauthbearer xoauth2
  args = $mail/oauth2.conf
}
userdb {
  driver = static
  args = home=$mail/home/%u
}
namespace inbox {
  inbox = yes
  separator = /
}
service imap-login {
  chroot =
  inet_listener imap {
    address = 127.0.0.1
    port = $plain_port
  }
  inet_listener imaps {
    address = 127.0.0.1
    port = $tls_port
  }
}
service anvil {
  chroot =
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
service stats {
  chroot =
}
END
[ "$(id -u)" -eq 0 ] || sed -i '/^mail_gid/d' "$mail/dovecot.conf"

answers() {
  /usr/bin/python3 -c "import socket; socket.create_connection(('127.0.0.1', $plain_port), 5).recv(10)" 2>/dev/null
}
start_dovecot() {
  dovecot -F -c "$mail/dovecot.conf" >>"$mail/out" 2>&1 &
  dovecot=$!
  wait_for 60 answers || { cat "$mail/out" "$mail/log"; fail "dovecot does not start"; }
}
stop_dovecot() { # at once: else it lets a connection that waits go on for ten seconds
  [ -z "$dovecot" ] || pgrep -x -P "$dovecot" imap | xargs -r kill -KILL
  [ -z "$dovecot" ] || kill "$dovecot" 2>/dev/null || true
  [ -z "$dovecot" ] || wait "$dovecot" 2>/dev/null || true
  dovecot=
}
at_end() {
  [ -z "${waiting:-}" ] || kill "$waiting" 2>/dev/null || true
  stop_dovecot
  [ "$result" -eq 0 ] || tail -n 20 "$mail/log" "$mail/out"
  rm -rf "$mail"
}
adm() {
  doveadm -c "$mail/dovecot.conf" "$@"
}
deliver() { # MAILBOX SUBJECT
  printf 'From: "Love, Ada" <ada@a.example>\r\nSubject: %s\r\nDate: Tue, 7 Mar 2006 15:35:06 +0100\r\n\r\nbody\r\n' "$2" |
    adm save -u ada -m "$1"
}
seen() { # how many mails are marked as read
  adm search -u ada mailbox '*' seen | wc -l
}
expect() { # WHAT LINE…: the output of the client holds these lines
  what=$1
  shift
  for line in "$@"; do
    grep -qxF -- "$line" "$work/client.out" || fail "$what: no line \"$line\""
  done
}
export IMAP_USER=ada IMAP_PASSWORD=$secret IMAP_CA="$source/tests/fixtures/tls/loopback.pem"
starttls_url=imap://127.0.0.1:$plain_port
tls_url=imaps://127.0.0.1:$tls_port
export IMAP_URL=$tls_url
start_dovecot

echo "== counts and the newest, by imaps and STARTTLS"
adm mailbox create -u ada Lists/Entwürfe
deliver INBOX '=?utf-8?Q?Premi=C3=A8re?='
deliver INBOX second
deliver Lists/Entwürfe third
for IMAP_URL in "$tls_url" "$starttls_url"; do
  "$client" count INBOX Lists/Entwürfe Missing >"$work/client.out" || fail "count by $IMAP_URL"
  expect "count by $IMAP_URL" "total 3" "unread 3" "shown 3"
  grep -q '^mail Love, Ada | Première | 1141742106 | INBOX;UIDVALIDITY=[0-9]*/;UID=1$' "$work/client.out" || fail "the first mail"
  grep -q '^problem mailbox "Missing": .*Mailbox doesn.t exist' "$work/client.out" || fail "the mailbox that is missing is not named"
done
grep -q 'TLS' "$mail/log" || fail "the server knows of no TLS"
adm flags add -u ada '\Seen' mailbox INBOX uid 2
"$client" count >"$work/client.out"
expect "one is read" "total 2" "unread 1" "shown 1"
"$client" probe INBOX Missing >"$work/client.out"
grep -q "^well messages: 127.0.0.1:$plain_port answers, and its certificate is verified" "$work/client.out" || fail "probe"
expect "probe" 'well messages: mailbox "INBOX" holds 2, 1 unread' "well messages: the server tells of new mail at once"

echo "== who may not"
IMAP_PASSWORD=wrong "$client" count >"$work/client.out" && fail "a wrong password"
grep -q '^error 3: .*AUTHENTICATIONFAILED' "$work/client.out" || fail "the words about a wrong password"
env -u IMAP_CA IMAP_URL="$tls_url" "$client" count >"$work/client.out" && fail "a certificate that nobody vouches for"
grep -q 'the certificate cannot be verified' "$work/client.out" || fail "the words about the certificate"

echo "== tokens"
encode() {
  openssl base64 -A | tr '+/' '-_' | tr -d '='
}
head=$(printf '{"alg":"HS256","typ":"JWT"}' | encode)
body=$(printf '{"sub":"ada","iat":%s,"exp":%s}' "$(($(date +%s) - 60))" "$(($(date +%s) + 3600))" | encode)
mac=$(printf '%s.%s' "$head" "$body" | openssl dgst -sha256 -hmac 'the key of the tokens, 32 bytes.' -binary | encode)
for token in "$head.$body.$mac" "$head.$body.AAAA$mac"; do
  result=0
  env -u IMAP_PASSWORD IMAP_BEARER="$token" "$client" count >"$work/client.out" || result=$?
  case $token in
    *AAAA*) [ $result -ne 0 ] && grep -q '^error 3: ' "$work/client.out" || fail "a wrong token" ;;
    *) [ $result -eq 0 ] || fail "a token" && expect "by token" "total 2" ;;
  esac
done

echo "== waiting"
has_news() { # AT LEAST
  [ "$(grep -c '^news$' "$work/await.out")" -ge "$1" ]
}
has_error() {
  grep -q '^error 5: ' "$work/await.out"
}
"$client" await 1000 >"$work/await.out" 2>&1 &
waiting=$!
wait_for 60 has_news 1 || fail "it does not begin to wait"
for change in "deliver INBOX fourth" "adm flags add -u ada \\Seen mailbox INBOX uid 1" "adm expunge -u ada mailbox INBOX uid 3"; do
  before=$(grep -c '^news$' "$work/await.out")
  $change
  wait_for 60 has_news $((before + 1)) || fail "no news of: $change"
done
stop_dovecot
wait_for 60 has_error || fail "the end of the server is not noticed"
before=$(grep -c '^news$' "$work/await.out")
start_dovecot
wait_for 60 has_news $((before + 1)) || fail "it does not wait again"
deliver INBOX fifth
wait_for 60 has_news $((before + 2)) || fail "no news after the restart"
kill -TERM "$waiting"
wait "$waiting"
waiting=
tail -n 1 "$work/await.out" | grep -qx stopped || fail "it does not end when it is told to"

echo "== the program: counts, and what the service starts to wait"
printf '%s\n' "$secret" >"$work/password"
chmod 600 "$work/password"
cat >"$XDG_CONFIG_HOME/passerelle/passerelle.conf" <<END
[account home]
remote = imap
mail_url = $starttls_url
user = ada
password_file = $work/password
ca_file = $IMAP_CA
END
"$program" sync >"$work/sync.out" 2>&1 || { cat "$work/sync.out"; fail "sync"; }
jq -e '.mail.unread == 1 and .mail.total == 3 and .mail.latest[0].subject == "fifth"' "$status_file" >"$work/jq.out" || { jq . "$status_file"; fail "the status"; }
config=$XDG_CONFIG_HOME/passerelle/passerelle.conf
printf 'mail_folders = INBOX, Missing\n' >>"$config"
result=0
"$program" sync >"$work/missing.out" 2>&1 || result=$?
[ $result -eq 1 ] || { cat "$work/missing.out"; fail "sync with a mailbox that is missing ended with $result"; }
jq -e '.state == "error" and (.message | test("mailbox .Missing.: .*exist")) and .mail.unread == 1 and .mail.stale != true' \
  "$status_file" >"$work/jq.out" || { jq . "$status_file"; fail "a mailbox that is missing"; }
sed -i '/^mail_folders/d' "$config"
"$program" sync >"$work/sync.out" 2>&1 || { cat "$work/sync.out"; fail "sync again"; }
jq -e '.state == "ok"' "$status_file" >"$work/jq.out" || fail "the status does not forget the mailbox that was missing"
"$program" check --online >"$work/check.out" 2>&1 || { cat "$work/check.out"; fail "check --online"; }
has_bytes() { # AT LEAST
  [ "$(tr -cd '!' <"$work/wait.out" | wc -c)" -ge "$1" ]
}
mkfifo "$work/lifeline"
"$program" -v wait-mail home <"$work/lifeline" >"$work/wait.out" 2>"$work/wait.log" &
waiting=$!
exec 9>"$work/lifeline"
wait_for 60 has_bytes 1 || fail "wait-mail does not begin"
deliver INBOX sixth
wait_for 60 has_bytes 2 || fail "wait-mail does not tell of a delivery"
exec 9>&-
result=0
wait "$waiting" 2>/dev/null || result=$?
waiting=
[ $result -eq 143 ] || fail "wait-mail did not go with who started it, but ended with $result"
"$program" --help | grep -q wait-mail && fail "wait-mail is shown to people"

echo "== the service: a delivery shows long before its time"
printf 'messages_interval = 12h\n' >>"$config"
shows() { # UNREAD TOTAL
  jq -e --argjson unread "$1" --argjson total "$2" '.mail.unread == $unread and .mail.total == $total' "$status_file"
}
waits() {
  pgrep -P "$service" -f 'wait-mail home'
}
rm -f "$status_file"
start_service
wait_for 60 shows 2 4 || fail "the service counts no mail"
wait_for 60 waits || fail "the service starts nothing to wait"
deliver INBOX '=?ISO-2022-JP?B?GyRCRnxLXBsoQg==?=' # the C library loads a module for it, confined as the cycle is
wait_for 60 shows 3 5 || fail "the service does not count a delivery"
jq -e '.mail.latest[0].subject == "日本"' "$status_file" >"$work/jq.out" || { jq .mail "$status_file"; fail "a subject in ISO-2022-JP"; }
stop_dovecot
start_dovecot
deliver INBOX eighth
wait_for 120 shows 4 6 || fail "the service does not wait again after a restart of the server"
child=$(waits)
stop_service "service"
! kill -0 "$child" 2>/dev/null || fail "what waits outlives the service"

echo "== 10,000 mails, one of them with a subject of 3 MB"
awk 'BEGIN {
  for (i = 1; i <= 10000; i++) {
    printf "From a@b Tue Mar  7 15:35:06 2006\nFrom: Ada <ada@a.example>\nSubject: mail %d\n", i
    printf "Date: Tue, 7 Mar 2006 %02d:%02d:%02d +0100\n\nbody\n\n", i / 3600, i / 60 % 60, i % 60
  }
  printf "From a@b Tue Mar  7 15:35:06 2006\nFrom: Ada <ada@a.example>\nDate: Tue, 7 Mar 2006 23:00:00 +0100\nSubject: long"
  for (i = 0; i < 40000; i++) printf "\n aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
  printf "\n\nbody\n"
}' >"$mail/home/many"
chown "$mail_user" "$mail/home/many"
adm import -u ada "mbox:$mail/home/box:INBOX=$mail/home/many" Many all || fail "doveadm import"
"$client" count Many/INBOX >"$work/client.out" || fail "count of 10,000"
expect "10,000 mails" "total 10001" "unread 10001" "shown 100"
[ "$(grep -c '^mail Ada | mail ' "$work/client.out")" -eq 99 ] || fail "the newest are others"
grep -q '^mail Ada | mail 10000 | ' "$work/client.out" || fail "the newest is missing"
grep -q '^mail Ada | long a' "$work/client.out" || fail "the one with the long subject is missing"
! grep -q '^problem' "$work/client.out" || fail "a problem with 10,000 mails"

echo "== nothing was marked as read"
[ "$(seen)" -eq 2 ] || fail "$(seen) mails are marked as read, and two were by this test"
! grep -v 'killed with signal 9$' "$mail/log" | grep -E 'Error|Panic|Fatal' || fail "the server complains"
echo "all right"
