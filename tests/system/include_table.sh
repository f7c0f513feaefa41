#!/bin/sh
# SPDX-License-Identifier: MIT
# Holds who may include whom, and which library belongs to which module.
set -u
root=${1:?usage: include_table.sh SOURCE_FOLDER}
cd "$root/src" || exit 1
failed=0 files=0 includes=0

allowed() {
  case $1 in
    base) echo "base" ;;
    model) echo "base model" ;;
    formats) echo "base model formats" ;;
    plan) echo "base model plan" ;;
    net) echo "base net" ;;
    endpoint) echo "base model plan endpoint" ;;
    journal) echo "base model plan journal" ;;
    stores) echo "base model plan formats endpoint stores" ;;
    remotes) echo "base model plan formats endpoint net journal remotes" ;;
    sync) echo "base model plan endpoint journal sync" ;;
    status) echo "base model status" ;;
    app) echo "base model formats plan net endpoint journal stores remotes sync status app" ;;
    emulator) echo "base net emulator" ;;
    *) echo "" ;;
  esac
}

complain() {
  echo "$1"
  failed=$((failed + 1))
}

# library header -> the files that may include it
library() {
  case $1 in
    curl/*) echo "net/http net/imap net/transport" ;;
    libxml/*) echo "net/xml" ;;
    libical/*) echo "formats/recurrence" ;;
    sqlite3.h) echo "journal/" ;;
    ini.h) echo "app/config" ;;
    microhttpd.h) echo "emulator/ app/listener" ;;
    check.h) echo "none" ;;
    *) echo "" ;;
  esac
}

for file in $(find . -name '*.[ch]' | sed 's,^\./,,' | sort); do
  files=$((files + 1))
  folder=${file%%/*}
  may=" $(allowed "$folder") "
  [ "$may" = "  " ] && complain "$file: a folder that the design does not know"
  head -n 1 "$file" | grep -q 'SPDX-License-Identifier: MIT' || complain "$file: the first line is not the SPDX line"
  for included in $(sed -n 's/^[[:space:]]*#[[:space:]]*include[[:space:]]*"\([^"]*\)".*/\1/p' "$file"); do
    includes=$((includes + 1))
    target=${included%%/*}
    case $included in
      */*) ;;
      *) complain "$file: includes \"$included\" without its folder" ;;
    esac
    case $may in
      *" $target "*) ;;
      *) complain "$file: $folder may not include $target (\"$included\")" ;;
    esac
    [ -f "$included" ] || complain "$file: \"$included\" does not exist"
    # a remote driver knows no other driver
    case $folder/$target in
      remotes/remotes)
        own=$(echo "$file" | cut -d/ -f2)
        [ "$(echo "$included" | cut -d/ -f2)" = "$own" ] || complain "$file: drivers do not know each other"
        ;;
    esac
  done
  for included in $(sed -n 's/^[[:space:]]*#[[:space:]]*include[[:space:]]*<\([^>]*\)>.*/\1/p' "$file"); do
    homes=$(library "$included")
    [ -z "$homes" ] && continue
    found=0
    for home in $homes; do
      case $file in
        "$home"*) found=1 ;;
      esac
    done
    [ $found = 1 ] || complain "$file: <$included> belongs to $homes alone"
  done
done
# app/drivers.c is the only file that names a driver
for file in $(grep -rl --include='*.[ch]' '"remotes/' . | sed 's,^\./,,'); do
  case $file in
    remotes/* | app/drivers.c) ;;
    *) complain "$file: only app/drivers.c names drivers" ;;
  esac
done
echo "$files files, $includes includes of ours, $failed against the table"
[ "$failed" -eq 0 ] && [ "$files" -gt 30 ] && [ "$includes" -gt 30 ]
