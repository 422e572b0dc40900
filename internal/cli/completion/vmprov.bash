# bash completion of vmprov
_vmprov() {
	local IFS=$'\n'
	COMPREPLY=($(vmprov __complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
# Where vmprov has nothing to offer, files are.
complete -o default -F _vmprov vmprov
