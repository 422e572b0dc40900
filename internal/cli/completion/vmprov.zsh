#compdef vmprov
# zsh completion of vmprov
_vmprov() {
	local -a candidates
	candidates=(${(f)"$(vmprov __complete "${(@)words[2,CURRENT]}" 2>/dev/null)"})
	if (( $#candidates )); then
		compadd -a candidates
	else
		_files
	fi
}
if [ "$funcstack[1]" = "_vmprov" ]; then
	_vmprov "$@"
else
	compdef _vmprov vmprov
fi
