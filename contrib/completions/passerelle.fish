# SPDX-License-Identifier: MIT
# fish completion for passerelle(1)

function __passerelle_accounts
    set -l file ~/.config/passerelle/passerelle.conf
    set -q XDG_CONFIG_HOME; and set file $XDG_CONFIG_HOME/passerelle/passerelle.conf
    test -r $file; or set file /etc/passerelle/passerelle.conf
    sed -n 's/^[[:space:]]*\[account[[:space:]]\{1,\}\([A-Za-z0-9_-]*\)\].*/\1/p' $file 2>/dev/null
end

set -l commands run sync status journal check login consent collections call import export
complete -c passerelle -f
complete -c passerelle -s c -l config -r -F -d 'Read this configuration'
complete -c passerelle -s v -l verbose -d 'Tell more'
complete -c passerelle -s q -l quiet -d 'Tell only errors'
complete -c passerelle -s h -l help -d 'Print the options and commands'
complete -c passerelle -l version -d 'Print the version'

set -l no_command "not __fish_seen_subcommand_from $commands"
complete -c passerelle -n $no_command -a run -d 'The service, in the foreground'
complete -c passerelle -n $no_command -a sync -d 'One cycle now'
complete -c passerelle -n $no_command -a status -d 'How the accounts are'
complete -c passerelle -n $no_command -a journal -d 'What was done and what is in doubt'
complete -c passerelle -n $no_command -a check -d 'Configuration, folders, rights and credentials'
complete -c passerelle -n $no_command -a login -d 'Sign in, and store the token of an account'
complete -c passerelle -n $no_command -a consent -d 'Allow what the provider asked you about'
complete -c passerelle -n $no_command -a call -d 'One raw call of any API of the service'
complete -c passerelle -n $no_command -a collections -d 'Which address books and calendars there are'
complete -c passerelle -n $no_command -a import -d 'Put items of files into the folders'
complete -c passerelle -n $no_command -a export -d 'All contacts or events as one text'

complete -c passerelle -n '__fish_seen_subcommand_from sync status check login consent collections call import export journal' -a '(__passerelle_accounts)'
complete -c passerelle -n '__fish_seen_subcommand_from sync' -s n -l dry-run -d 'Print what would be done'
complete -c passerelle -n '__fish_seen_subcommand_from sync' -l confirm -d 'Let through what is held because it is much'
complete -c passerelle -n '__fish_seen_subcommand_from sync' -l only -x -a 'contacts calendar messages' -d 'Only these'
complete -c passerelle -n '__fish_seen_subcommand_from sync' -l full -d 'Read every remote detail again'
complete -c passerelle -n '__fish_seen_subcommand_from status' -s f -l format -x -a 'human json plain waybar i3blocks i3blocks-plain i3status-rust polybar xmobar tmux prometheus' -d 'How it is shown'
complete -c passerelle -n '__fish_seen_subcommand_from status' -l follow -d 'Go on, with a line per change'
complete -c passerelle -n '__fish_seen_subcommand_from status' -l show-zero -d 'Bars: show 0 too'
complete -c passerelle -n '__fish_seen_subcommand_from status' -l latest -d 'Bars: sender and subject of the newest unread mail'
complete -c passerelle -n '__fish_seen_subcommand_from status' -l warning -x -d 'Bars: so many unread mails are a warning'
complete -c passerelle -n '__fish_seen_subcommand_from status' -l critical -x -d 'Bars: so many unread mails are critical'
complete -c passerelle -n '__fish_seen_subcommand_from login' -l paste -d 'From the terminal or a pipe'
complete -c passerelle -n '__fish_seen_subcommand_from login consent' -l port -x -d 'Wait on this port'
complete -c passerelle -n '__fish_seen_subcommand_from login consent' -l print -d 'Only print the address'
complete -c passerelle -n '__fish_seen_subcommand_from check' -l online -d 'Ask the remote, too'
complete -c passerelle -n '__fish_seen_subcommand_from call' -l raw -d 'Print the reply as it came'
complete -c passerelle -n '__fish_seen_subcommand_from call' -l yes -d 'Send it even if it may add something'
complete -c passerelle -n '__fish_seen_subcommand_from call' -a 'contacts calendar messages richprofile profile photos favourites content'
complete -c passerelle -n '__fish_seen_subcommand_from journal' -a 'list show verify resolve rebuild'
complete -c passerelle -n '__fish_seen_subcommand_from resolve' -a 'done again drop'
complete -c passerelle -n '__fish_seen_subcommand_from list resolve' -s a -l all -d 'All of them'
complete -c passerelle -n '__fish_seen_subcommand_from export' -a 'contacts calendar'
complete -c passerelle -n '__fish_seen_subcommand_from import' -l collection -x -d 'Which address book or calendar'
complete -c passerelle -n '__fish_seen_subcommand_from import' -s n -l dry-run -d 'Print what would be taken'
complete -c passerelle -n '__fish_seen_subcommand_from import' -F
