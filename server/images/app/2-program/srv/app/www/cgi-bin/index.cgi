#!/bin/sh
# httpd runs this for each request, in a process of its own; what it prints is the answer.
printf 'Content-Type: text/plain\r\n\r\n'
cat /srv/app/greeting.txt
echo "visitor:  $VISITOR"
echo "hostname: $(hostname)"
echo "pid:      $$"
echo "request:  $REQUEST_METHOD $REQUEST_URI from $REMOTE_ADDR"
