# SPDX-License-Identifier: MIT
# bash completion for passerelle(1)

_passerelle_accounts()
{
	local file="${XDG_CONFIG_HOME:-$HOME/.config}/passerelle/passerelle.conf" i
	[ -r "$file" ] || file=/etc/passerelle/passerelle.conf
	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		-c | --config) file=${COMP_WORDS[i + 1]} ;;
		esac
	done
	sed -n 's/^[[:space:]]*\[account[[:space:]]\{1,\}\([A-Za-z0-9_-]*\)\].*/\1/p' "$file" 2>/dev/null
}

_passerelle()
{
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} command= sub= i words=
	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		-c | --config) ((i++)) ;;
		-*) ;;
		*)
			if [ -z "$command" ]; then
				command=${COMP_WORDS[i]}
			elif [ -z "$sub" ]; then
				sub=${COMP_WORDS[i]}
			fi
			;;
		esac
	done
	case $prev in
	-c | --config) COMPREPLY=($(compgen -f -- "$cur")) && return ;;
	-f | --format) COMPREPLY=($(compgen -W 'human json plain waybar i3blocks i3blocks-plain i3status-rust polybar xmobar tmux prometheus' -- "$cur")) && return ;;
	--only) COMPREPLY=($(compgen -W 'contacts calendar messages' -- "$cur")) && return ;;
	esac
	case $command in
	'') words='-c --config -v --verbose -q --quiet -h --help --version run sync status journal check login consent collections call import export' ;;
	run) words='--help' ;;
	sync) words="--dry-run --confirm --only --full --help $(_passerelle_accounts)" ;;
	status) words="--format --follow --show-zero --latest --warning --critical --help $(_passerelle_accounts)" ;;
	check) words="--online --help $(_passerelle_accounts)" ;;
	call)
		if [ -z "$sub" ]; then
			words="--raw --yes --help $(_passerelle_accounts)"
		else
			words='--raw --yes contacts calendar messages richprofile profile photos favourites content'
		fi
		;;
	login) words="--paste --port --print --help $(_passerelle_accounts)" ;;
	consent) words="--port --print --help $(_passerelle_accounts)" ;;
	journal)
		case $sub in
		'') words='list show verify resolve rebuild --help' ;;
		resolve) words="--all done again drop $(_passerelle_accounts)" ;;
		list) words="--all $(_passerelle_accounts)" ;;
		*) words=$(_passerelle_accounts) ;;
		esac
		;;
	export)
		if [ -z "$sub" ]; then words=$(_passerelle_accounts); else words='contacts calendar'; fi
		;;
	collections) words="--help $(_passerelle_accounts)" ;;
	import)
		if [ -n "$sub" ]; then
			COMPREPLY=($(compgen -f -- "$cur"))
			return
		fi
		words="--dry-run --collection --help $(_passerelle_accounts)"
		;;
	esac
	COMPREPLY=($(compgen -W "$words" -- "$cur"))
}

complete -o filenames -F _passerelle passerelle
