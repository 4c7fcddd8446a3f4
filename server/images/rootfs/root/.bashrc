# This file is yours: it is read by every shell you start, after /etc/bash.bashrc.
