# For every interactive bash of a learner's machine, login or not: also the one that `unshare … bash`
# starts. What a learner wants otherwise goes into ~/.bashrc, which comes after this.

case $- in *i*) ;; *) return ;; esac

# The hostname is asked for at each prompt: bash's own \h is what it was when bash began, and changing it
# is what a lesson is about. It is read without a new process: that would use up a pid each time, and in a
# PID namespace that has ended, where bash can't fork any more, it would try again for ever.
# Nor is there a /dev/null to send complaints to, or a /proc, in a root directory that somebody is just making.
__glassbox_hostname() {
  [ -r /proc/sys/kernel/hostname ] && read -r __glassbox_name < /proc/sys/kernel/hostname
}
PROMPT_COMMAND=__glassbox_hostname

if [ "$GLASSBOX_TERMINAL" = container ]; then
  PS1='\[\e[36m\][container]\[\e[0m\] \[\e[1m\]\u@${__glassbox_name:-\h}\[\e[0m\]:\w\$ '
else
  PS1='\[\e[1m\]\u@${__glassbox_name:-\h}\[\e[0m\]:\w\$ '
fi

export LANG="${LANG:-C.UTF-8}" LESS="${LESS:--FRX}" PAGER=less EDITOR="${EDITOR:-nano}"
HISTCONTROL=ignoredups
shopt -s checkwinsize histappend
alias ls='ls --color=auto'
alias grep='grep --color=auto'
alias ip='ip -color=auto'
