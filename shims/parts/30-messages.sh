# Trouble, told on stderr

command -v printf >/dev/null || printf() {
	/usr/bin/printf "$@"
}

# Letters and signs of which nothing need be known to show them.
gvm_plain=" /_:@+~,$gvm_safe"ABCDEFGHIJKLMNOPQRSTUVWXYZ-

# Text as it may be shown: not endless, and with a question mark for what a terminal would obey or
# nobody would see. Shells differ in what a character is, so these are bytes of UTF-8: first what is
# blank, of no width, turns the direction of writing, is for private use or a tag; then what is no
# character.
# in: $1 $2; out: gvm_shown
gvm_show() {
	gvm_shown=$1
	[ ${#1} -gt "$2" ] || case $1 in *[!$gvm_plain]*) ;; *) return 0 ;; esac
	gvm_shown=$(printf '%.2000s' "$1" 2>/dev/null | LC_ALL=C /bin/sed -zE '
		s/\xc2[\x80-\xa0\xad]|\xd8\x9c|\xe1\xa0\x8e|\xe2(\x80[\x80-\x8f\xa8-\xaf]|\x81[\x9f-\xaf])|\xe3\x80\x80/\n/g
		s/\xef(\xbb\xbf|\xbf[\xb9-\xbb]|[\x80-\xa3][\x80-\xbf])|\xee[\x80-\xbf]{2}|[\xf3\xf4][\x80-\xbf]{3}/\n/g
		s/([ -~]|[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|\xf0[\x80-\xbf]{3})|./\n\1\r/g
		s/\n\r/\n?\r/g
		s/^((\n[^\r]+\r){'"$2"'}).+/\1.../
		s/[\n\r]//g')
}

# in: $1 $2; out: -
gvm_say() {
	printf 'gvm: %s\nhint: %s\n' "$1" "$2" >&2
}

# Who asked, for a message.
# in: gvm_origin gvm_from gvm_line; out: gvm_asker
gvm_show_origin() {
	gvm_show "$gvm_from" 300
	case $gvm_origin in
	variable) gvm_asker="by $gvm_shown" ;;
	file | default) gvm_asker="by $gvm_shown${gvm_line:+, line $gvm_line}" ;;
	*) gvm_asker='by nobody' ;;
	esac
}

# in: gvm_command gvm_status gvm_request gvm_problem gvm_origin gvm_from gvm_line gvm_distrusted; out: gvm_note
gvm_explain() {
	case $gvm_command in go | gofmt) ;; *)
		gvm_explain_tool
		return
		;;
	esac
	gvm_note=''
	case $gvm_distrusted in ?*)
		gvm_show "$gvm_distrusted" 300
		gvm_note="; $gvm_shown is ignored: it belongs to another user, or others may write it, or a part of it"
		;;
	esac
	gvm_show_origin
	gvm_show "$gvm_request" 40
	case $gvm_status:$gvm_request in
	unreadable:*)
		gvm_show "$gvm_from" 300
		case $gvm_problem in
		'') gvm_say "$gvm_shown cannot be read" "make it readable, or name a version: GVM_GO_VERSION=1.22.6" ;;
		*) gvm_say "cannot read $gvm_shown: $gvm_problem" "save it as UTF-8" ;;
		esac
		;;
	refused:*)
		gvm_say "'$gvm_shown', asked for $gvm_asker, is refused: $gvm_problem" \
			"write it like 1.22.6, 1.22 or latest"
		;;
	missing:system)
		case $gvm_origin in
		system) gvm_say "no Go version is selected for $gvm_release, and there is no other $gvm_command on PATH$gvm_note" \
			"gvm install latest" ;;
		*) gvm_say "there is no other $gvm_command on PATH than gvm's (system, asked for $gvm_asker)" \
			"sudo apt install golang-go, or gvm install latest" ;;
		esac
		;;
	missing:path:*)
		gvm_say "$gvm_shown, asked for $gvm_asker, has no bin/$gvm_command" \
			"name a directory that holds a Go toolchain"
		;;
	*)
		gvm_say "Go $gvm_shown is not installed for $gvm_release (asked for $gvm_asker)$gvm_note" \
			"gvm install $gvm_shown"
		;;
	esac
}

# in: gvm_command gvm_status gvm_problem; out: -
gvm_explain_tool() {
	gvm_show "$gvm_command" 60
	case $gvm_status:$gvm_command in
	refused: | refused:*/*) gvm_say "'$gvm_shown' is refused: $gvm_problem" "gvm which go" ;;
	refused:*) gvm_say "$gvm_problem" "let it call the program itself, by its path" ;;
	*:gvm) gvm_say "gvm is not set up for $gvm_release yet" "run install.sh of gvm on this release once" ;;
	*:go[0123456789]*.*) gvm_say "Go ${gvm_shown#go} is not installed for $gvm_release" "gvm install ${gvm_shown#go}" ;;
	*:1.[0123456789]* | *:v1.[0123456789]* | *:latest) gvm_say "$gvm_shown is a version, and no command" "gvm where $gvm_shown" ;;
	*) gvm_say "$gvm_shown is not installed for $gvm_release, and is nowhere else on PATH" \
		"install it here too: go install PATH/$gvm_shown@latest" ;;
	esac
}
