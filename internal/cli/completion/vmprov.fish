# fish completion of vmprov
complete -c vmprov -a '(vmprov __complete (commandline -opc)[2..-1] (commandline -ct) 2>/dev/null)'
