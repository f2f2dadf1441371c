# gvm, as a function of fish: `gvm shell 1.21` speaks for the running shell. See gvm.sh.

function gvm --description 'Install Go versions, and run the right one in every project'
	switch "$argv[1],$argv[2]"
		case 'shell,*' '-*,shell'
			set -l line (SHELL=fish command gvm $argv)
			or return
			if string match -qr '^set -(gx|e) GVM_GO_VERSION\b' -- "$line"
				eval $line
				isatty stdout; or echo $line
			else
				printf '%s\n' $line
			end
		case '*'
			command gvm $argv
	end
end
