
# Names of processes, schedules and queues, asked of the daemon, of units, asked of systemd, and of signals; all else is completed by the function above.
_holdfast_completes() {
    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} verb='' sub='' place=0 i words=''
    local -a which=(--names)
    local -a dir=()
    for ((i = 1; i < COMP_CWORD; i++)); do
        case ${COMP_WORDS[i]} in
        --dir) dir=(--dir "${COMP_WORDS[i + 1]}") && i=$((i + 1)) ;;
        --color | --timeout | --lines | --since | --watch | -n | --queue | --class | --state | --after | --from | --id | --delay | --priority)
            i=$((i + 1)) ;;
        -*) ;;
        *)
            if [ -z "$verb" ]; then verb=${COMP_WORDS[i]}; else place=$((place + 1)); fi
            [ "$place" -ne 1 ] || sub=${sub:-${COMP_WORDS[i]}} ;;
        esac
    done
    case $prev in --dir | --color | --timeout | --lines | --since | -n) verb='' ;; esac
    case $verb:$prev in jobs:--queue) sub=queue ;; jobs:--* | jobs:-n) verb='' ;; esac
    case $prev in --memory* | --cpu* | --tasks | --pids | --io-* | --reserve-* | --nice | --oom-* | --root | --compose) verb='' ;; esac
    case $cur in -*) verb='' ;; esac
    case $verb in
    protect) words=$(timeout 5 "${COMP_WORDS[0]}" completion --units 2>/dev/null) ;;
    signal) [ "$place" -gt 0 ] || words='@SIGNALS@' ;;
    status | logs) which=(--names --schedules) ;;
    start | stop | restart) ;;
    jobs | queue)
        which=(--queues)
        case $sub:$place in submit:1 | queue:* | health:1 | pause:1 | resume:1 | drain:1) ;; *) verb='' ;; esac ;;
    cron) which=(--schedules) && [ "$place" -eq 1 ] || verb='' ;;
    why) which=(--names --schedules) && [ "$place" -eq 0 ] || verb='' ;;
    scale) [ "$place" -eq 0 ] || verb='' ;;
    *) verb='' ;;
    esac
    if [ -z "$verb" ]; then
        _complete_holdfast "$@"
        return
    fi
    [ -n "$words" ] || words=$(timeout 2 "${COMP_WORDS[0]}" "${dir[@]}" completion "${which[@]}" 2>/dev/null)
    COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -F _holdfast_completes -o default holdfast
